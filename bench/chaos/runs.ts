import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_TENANT, type RunRef } from '#contracts';
import { SseReader } from '#test/harness/sse-reader';
import { modelOf, type Scenario } from '#test/harness/scenario';
import type { Stack } from '#test/harness/stack';

/** Steps of a run before it ends by itself, and what each of its answers takes. */
const STEPS = 20;
const DELAY_MS = 150;
const TRY_AGAIN_MS = 300;

export type ChaosRun = {
  ref: RunRef;
  /** Steps that the run has when nothing is lost or doubled: its calls and the one that ends it. */
  steps: number;
  /** File that its tool writes to: one line an effect, with the call's idempotency key. */
  effects: string;
  /** Numbers of the events, in the order in which the reader got them. */
  ids: number[];
};

/** Keeps `count` runs going through the REST API, each with a reader of its events that comes back when it is cut off. */
export class Runs {
  readonly all: ChaosRun[] = [];
  private open = true;
  private readonly lanes: Promise<void>[];

  constructor(
    private readonly stack: Stack,
    private readonly folder: string,
    count: number,
  ) {
    this.lanes = Array.from({ length: count }, (_, lane) => this.keepOneGoing(lane));
  }

  /** Starts no more runs, and waits until those that were started have been read to their end. */
  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.lanes);
  }

  private async keepOneGoing(lane: number): Promise<void> {
    for (let n = 0; this.open; n++) {
      const run = await this.start(`${lane}-${n}`);
      this.all.push(run);
      await readToEnd(this.stack.apiUrl, run);
    }
  }

  /** Asks until the API says that it took the run: the key makes it one run, however often it is asked. */
  private async start(key: string): Promise<ChaosRun> {
    const effects = join(this.folder, `effects-${key}`);
    const scenario: Scenario = { steps: STEPS, tool: 'append_line', path: effects, delayMs: DELAY_MS, key };
    const body = JSON.stringify({ agent: 'probe', input: { steps: STEPS, bytes: 200 }, model: modelOf(scenario) });
    for (;;) {
      try {
        const answer = await fetch(`${this.stack.apiUrl}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body, signal: AbortSignal.timeout(10_000) });
        if (answer.ok) return { ref: { tenantId: LOCAL_TENANT, runId: ((await answer.json()) as { id: string }).id }, steps: STEPS + 1, effects, ids: [] };
      } catch {
        // Down, or killed in the middle of the request.
      }
      await sleep(TRY_AGAIN_MS);
    }
  }
}

async function readToEnd(apiUrl: string, run: ChaosRun): Promise<void> {
  for (let finished = false; !finished; await sleep(finished ? 0 : TRY_AGAIN_MS)) {
    const reader = new SseReader(`${apiUrl}/v1/runs/${run.ref.runId}/events`, { 'last-event-id': String(run.ids.at(-1) ?? 0) });
    const messages = await reader.untilEnd();
    run.ids.push(...reader.ids);
    finished = messages.some((m) => m.event === 'run.finished');
  }
}
