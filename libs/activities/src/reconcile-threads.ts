import { ALL_TENANTS, deleteEndedRun, freeThread, readRolledBack, readStuckThreads, withTx } from '#store';
import type { ReconcilerDeps } from './reconcile.js';

const PAGE = 200;
/** Seconds that a run which is rolled back stays after its end, for those who read its events. */
const GRACE = 5;

/** Removes runs that were rolled back, and starts runs whose thread is free and that nobody gave their turn. */
export async function attendThreads({ pool, starter }: Pick<ReconcilerDeps, 'pool' | 'starter'>): Promise<void> {
  for (const thread of await withTx(pool, ALL_TENANTS, (tx) => readStuckThreads(tx, PAGE))) {
    const next = await withTx(pool, thread.tenantId, (tx) => freeThread(tx, thread));
    if (next) await starter.start({ ...next, resumed: false });
  }
  for (const ref of await withTx(pool, ALL_TENANTS, (tx) => readRolledBack(tx, GRACE, PAGE))) await withTx(pool, ref.tenantId, (tx) => deleteEndedRun(tx, ref));
}
