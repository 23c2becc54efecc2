import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isLive, workflowIds } from '#contracts';
import { ALL_TENANTS, type Pool, withTx } from '#store';
import { inspectRun } from '#test/harness/check-run';
import type { ChaosRun } from './runs.js';

export type Verdict = {
  started: number;
  finished: number;
  stepsLost: number;
  stepsDoubled: number;
  effectsLost: number;
  effectsDoubled: number;
  /** Deliveries of an effect beyond the first, which its key made harmless. */
  absorbed: number;
  eventsWrong: number;
  orphans: number;
  /** Whatever else the inspection of the rows found, in words. */
  findings: string[];
};

/** What Postgres, Temporal, the readers of events and the tools' own files say once all is over. */
export async function judge(pool: Pool, client: Client, runs: ChaosRun[]): Promise<Verdict> {
  const v: Verdict = { started: runs.length, finished: 0, stepsLost: 0, stepsDoubled: 0, effectsLost: 0, effectsDoubled: 0, absorbed: 0, eventsWrong: 0, orphans: await settledOrphans(pool, client), findings: [] };
  for (const run of runs) {
    const seen = await inspectRun(pool, run.ref, { status: 'completed' });
    if (seen.status === 'completed') v.finished++;
    v.stepsLost += Math.max(0, run.steps - seen.branch.length);
    v.stepsDoubled += Math.max(0, seen.branch.length - run.steps);
    v.eventsWrong += run.ids.join() === seen.events.map((e) => e.seq).join() ? 0 : 1;
    v.findings.push(...seen.findings.map((f) => `${run.ref.runId}: ${f}`));
    const effects = countEffects(await readFile(run.effects, 'utf8').catch(() => ''), run.steps - 1);
    v.effectsLost += effects.lost;
    v.effectsDoubled += effects.doubled;
    v.absorbed += effects.absorbed;
  }
  return v;
}

/** One line is `key number.call`. The same key twice is one effect, as for any receiver that honours the key; two keys for one number are two. */
export function countEffects(text: string, steps: number): { lost: number; doubled: number; absorbed: number } {
  const keys = new Map<string, Set<string>>();
  const lines = text.split('\n').filter(Boolean);
  for (const line of lines) {
    const [key, number] = line.split(' ');
    keys.set(number!, (keys.get(number!) ?? new Set()).add(key!));
  }
  const distinct = [...keys.values()].reduce((n, k) => n + k.size, 0);
  return { lost: Math.max(0, steps - keys.size), doubled: distinct - keys.size, absorbed: lines.length - distinct };
}

/** A workflow closes a moment after its row, and Temporal's list of workflows is a moment behind that. */
const SETTLING_MS = 30_000;

async function settledOrphans(pool: Pool, client: Client): Promise<number> {
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const found = await orphans(pool, client);
    if (found === 0 || Date.now() > deadline) return found;
    await sleep(500);
  }
}

/** Rows that say a run lives which Temporal does not know of, and the other way about. */
async function orphans(pool: Pool, client: Client): Promise<number> {
  const { rows } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ run_id: string; status: Parameters<typeof isLive>[0] }>('select run_id, status from runs'));
  const running = new Set<string>();
  for await (const w of client.workflow.list({ query: `ExecutionStatus = 'Running' and WorkflowType = 'agentRun'` })) running.add(w.workflowId);
  return rows.filter((r) => isLive(r.status) !== running.has(workflowIds.run(r.run_id))).length;
}
