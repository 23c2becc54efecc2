import { HoldfastError } from '#contracts';
import { lockRun, noteFailure, type StepKey, withTx } from '#store';
import type { RunDeps } from './deps.js';

/** Keeps the words of a failure that no retry mends with its step, since only its code goes to Temporal. */
export async function recordingFailure<T>(deps: Pick<RunDeps, 'pool'>, key: StepKey, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HoldfastError && !error.retryable && error.code !== 'attempt_closed' && error.code !== 'not_found') {
      await withTx(deps.pool, key.tenantId, async (tx) => {
        await lockRun(tx, key);
        await noteFailure(tx, key, { code: error.code, detail: error.message });
      });
    }
    throw error;
  }
}
