import { ERROR_CODES } from '#contracts';
import { finishIngestion } from '#corpus';
import { ALL_TENANTS, failPendingFiles, readRunningIngestions, withTx } from '#store';
import type { ReconcilerDeps } from './reconcile.js';

const PAGE = 200;

/** An ingestion that runs by its row only: one that Temporal has lost starts again, since what was read is not read twice; any other ends with what it has. */
export async function repairIngestions(deps: ReconcilerDeps): Promise<void> {
  for (const ref of await withTx(deps.pool, ALL_TENANTS, (tx) => readRunningIngestions(tx, PAGE))) {
    const state = await deps.starter.describeIngestion(ref);
    if (state === 'running') continue;
    if (state === 'missing') {
      await deps.starter.startIngestion(ref);
      continue;
    }
    await withTx(deps.pool, ref.tenantId, (tx) => failPendingFiles(tx, ref, { code: 'internal', detail: `${ERROR_CODES.internal.title}: its ingestion was ${state}. Ingest the file again.` }));
    await finishIngestion(deps.pool, ref);
  }
}
