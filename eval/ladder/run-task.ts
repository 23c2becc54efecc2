import { v7 as uuidv7 } from 'uuid';
import { type DriftOverrides, isLive, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunStatus } from '#contracts';
import { insertRun, type Pool, readRunRecord, type Tx, withTx } from '#store';
import type { LoopStack } from '#test/harness/loop-stack';
import { until } from '#test/harness/until';
import { repeatedShare } from '../steering/arms.js';
import { ladderAgents } from './agents.js';
import type { Task } from './tasks.js';

/** What became of one run. `turns`: replies that were asked for; `taken`: pieces that their tool took. */
export type Outcome = { status: RunStatus; completed: boolean; turns: number; taken: number; repeated: number; tokens: number; alarms: number; actions: number; seconds: number };

/** Longer than a run may take by its own limits. */
const LONGEST_MS = 7_500_000;

export async function runTask(stack: LoopStack, task: Task, model: string, seed: number, drift: DriftOverrides): Promise<Outcome> {
  const ref = { tenantId: LOCAL_TENANT, runId: uuidv7() };
  const { contract } = ladderAgents.get(task.kind)!;
  await withTx(stack.pool, ref.tenantId, (tx) => insertRun(tx, { ...ref, principalId: LOCAL_PRINCIPAL, agent: contract.name, agentVersion: contract.version, input: task.input, model, priority: 'batch', tags: [], limits: contract.limits, sampling: { ...contract.sampling, seed }, drift }));
  const started = Date.now();
  await stack.startExecution(ref);
  const run = await until(`the end of ${task.name}`, async () => {
    const record = await withTx(stack.pool, ref.tenantId, (tx) => readRunRecord(tx, ref));
    return record && !isLive(record.status) ? record : Promise.reject(new Error(`status ${record?.status}, step ${record?.head.step}`));
  }, LONGEST_MS, 50);
  const facts = await readFacts(stack.pool, ref.runId);
  return {
    status: run.status, completed: run.status === 'completed', turns: facts.turns, taken: facts.taken, repeated: facts.repeated,
    tokens: run.usage.promptTokens + run.usage.outputTokens, alarms: facts.alarms, actions: run.drift.actions, seconds: (Date.now() - started) / 1_000,
  };
}

/** Of all branches: what was undone was written, and paid for, too. */
async function readFacts(pool: Pool, runId: string): Promise<{ turns: number; taken: number; alarms: number; repeated: number }> {
  return withTx(pool, LOCAL_TENANT, async (tx) => {
    const one = async (text: string): Promise<number> => (await tx.query<{ n: number }>(text, [runId])).rows[0]!.n;
    return {
      turns: await one(`select ((select coalesce(sum(attempt), 0) from steps where run_id = $1) + (select count(*) from step_candidates where run_id = $1 and not chosen))::int as n`),
      taken: await one(`select count(*)::int as n from events where run_id = $1 and type = 'tool.finished' and not data ? 'error' and not data ? 'rejected'`),
      alarms: await one(`select count(*)::int as n from steps where run_id = $1 and drift->>'verdict' not in ('ok', 'suspect', 'premature_finish')`),
      repeated: repeatedShare((await written(tx, runId)).join(' ')),
    };
  });
}

/** What the model wrote in steps of the branch that the run ended with. */
async function written(tx: Tx, runId: string): Promise<string[]> {
  const { rows } = await tx.query<{ body: string }>(
    `with recursive branch as (
       select s.step, s.parent, s.attempt from steps s join run_heads h using (tenant_id, run_id) where s.run_id = $1 and s.step = h.head_step
       union all
       select s.step, s.parent, s.attempt from branch b join steps s on s.run_id = $1 and s.step = b.parent)
     select (c.body) from branch b join messages m on m.run_id = $1 and m.step = b.step and m.attempt = b.attempt and m.ordinal = 0 join contents c on c.tenant_id = m.tenant_id and c.hash = m.hash order by b.step`,
    [runId],
  );
  return rows.map(({ body }) => (body.startsWith('\u0001') ? (JSON.parse(body.slice(1)) as { content: string }).content : body));
}
