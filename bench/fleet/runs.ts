import { LOCAL_PRINCIPAL, LOCAL_TENANT, type Priority } from '#contracts';
import { probeContract } from '#agents/probe/contract';
import { insertRun, type Pool, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedRuns } from './measure.js';

/** Rows a transaction. */
const CHUNK = 50;
/** Looks without a run ended before it is called a standstill. */
const STANDSTILL = 240;

/** Writes the rows of `count` short runs: one tool call, then the end. */
export async function writeRuns(pool: Pool, count: number, priority: Priority): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  for (let from = 0; from < count; from += CHUNK) {
    await withTx(pool, LOCAL_TENANT, async (tx) => {
      for (const runId of ids.slice(from, from + CHUNK)) {
        await insertRun(tx, { tenantId: LOCAL_TENANT, runId, principalId: LOCAL_PRINCIPAL, agent: 'probe', agentVersion: probeContract.version, input: SHORT, priority, tags: [], limits: probeContract.limits, sampling: {} });
      }
    });
  }
  return ids;
}

/** Input of a run that is short. */
export const SHORT = { steps: 1, bytes: 200 };

/** Waits until so many runs more than `before` have completed. */
export async function untilCompleted(pool: Pool, count: number, before: number): Promise<void> {
  for (let last = -1, idle = 0; ; ) {
    const done = (await closedRuns(pool)) - before;
    if (done >= count) return;
    idle = done === last ? idle + 1 : 0;
    if (idle > STANDSTILL) throw new Error(`${count - done} of ${count} runs do not end`);
    last = done;
    await sleep(250);
  }
}
