import { ALL_TENANTS, readLongEnded, withTx } from '#store';
import type { ReconcilerDeps } from './reconcile.js';

/** Seconds that an execution has to end by itself after its run has: the row is written first. */
const GRACE = 120;

/** Ends executions, of those that are `running`, whose run has ended: one of the two servers was restored, and nothing would wake them. */
export async function endOrphans(deps: ReconcilerDeps, running: string[]): Promise<void> {
  for (const runId of await withTx(deps.pool, ALL_TENANTS, (tx) => readLongEnded(tx, running, GRACE))) await deps.starter.terminate(runId);
}
