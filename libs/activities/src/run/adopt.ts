import { HoldfastError } from '#contracts';
import { type LedgerKey, lockRun, readLedger, readStepAttempt, withTx } from '#store';
import type { RunDeps } from './deps.js';

/**
 * What to make of a result that was refused: where another delivery of the same call has written its outcome, that
 * one is the call's; where the attempt is no longer there at all, since a server that crashed lost the rows that were
 * not yet on disk, the call is tried again. Anything else belongs to an attempt that is closed.
 */
export async function adopt<T>(deps: Pick<RunDeps, 'pool'>, key: LedgerKey, refusal: unknown): Promise<T> {
  if (!(refusal instanceof HoldfastError) || refusal.code !== 'attempt_closed') throw refusal;
  const found = await withTx(deps.pool, key.tenantId, async (tx) => {
    await lockRun(tx, key);
    return { written: await readLedger(tx, key), attempt: await readStepAttempt(tx, key, key.step) };
  });
  if (found.written && found.written.state !== 'started') return (found.written.outcome as { result: T }).result;
  if ((found.attempt ?? 0) < key.attempt) throw new HoldfastError('internal', 'The attempt is opened again: Postgres restarted before it was on disk.');
  throw refusal;
}
