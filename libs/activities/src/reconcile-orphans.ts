import { ALL_TENANTS, readLongEnded, withTx } from '#store';
import type { ReconcilerDeps } from './reconcile.js';

const PAGE = 500;
/** Seconds that an execution has to end by itself after its run has: the row is written first. */
const GRACE = 120;

/** Ends executions whose run has ended: one of the two servers was restored, and nothing would wake them. */
export async function endOrphans(deps: ReconcilerDeps): Promise<void> {
  const running = await deps.starter.runningRuns(PAGE);
  for (const runId of await withTx(deps.pool, ALL_TENANTS, (tx) => readLongEnded(tx, running, GRACE))) await deps.starter.terminate(runId);
}
