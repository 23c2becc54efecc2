import { ALL_TENANTS, endBatch, lockBatch, readLiveBatches, withTx } from '#store';
import type { ReconcilerDeps } from './reconcile.js';

const PAGE = 200;

/**
 * A batch whose row says that it lives. One that is to end is told so again; one that Temporal has lost starts again,
 * since no item is claimed twice; any other whose execution is over is cancelled, so that what has not begun can be
 * retried.
 */
export async function repairBatches(deps: ReconcilerDeps): Promise<void> {
  for (const { cancelling, ...ref } of await withTx(deps.pool, ALL_TENANTS, (tx) => readLiveBatches(tx, PAGE))) {
    const state = await deps.starter.describeBatch(ref);
    if (state === 'running') {
      if (cancelling) await deps.starter.cancelBatch(ref);
      continue;
    }
    // It ended with its row, a moment after that was read.
    if (state === 'completed') continue;
    if (state === 'missing' && !cancelling) {
      await deps.starter.startBatch(ref);
      continue;
    }
    await withTx(deps.pool, ref.tenantId, async (tx) => {
      const batch = await lockBatch(tx, ref);
      // It may have been retried since: then another execution carries it.
      if (batch?.status === (cancelling ? 'cancelling' : 'running')) await endBatch(tx, ref, 'cancelled');
    });
  }
}
