import { HoldfastError, isLive, type OnBusy, type RunRef } from '#contracts';
import { changeStatus, endRun, holdThread, insertInbox, lockRun, markRolledBack, readRun, type ThreadRef, type ThreadRun, type Tx, unendedRuns } from '#store';
import { requireOwnWorld } from '../runs/own-world.js';

export type EnterThread = ThreadRef & { principalId: string; onBusy: OnBusy };
/** A run that was stopped for a new one. `cancel`: its execution is to end it. */
export type StoppedRun = { runId: string; how: 'cancel' | 'terminate' };

/**
 * Makes a new run's place on its thread: `write` writes its row, which waits where it is given a number. Those whose
 * place it takes are stopped once it stands, so that the thread passes to it. All in the caller's transaction.
 * @throws HoldfastError `thread_busy`, `world_shared`
 */
export async function enterThread(tx: Tx, run: RunRef, at: EnterThread, write: (wait: 0 | 1 | undefined) => Promise<void>): Promise<StoppedRun[]> {
  // The locks of runs come before the thread's: what was seen without it is looked at again.
  if (takesPlace(at.onBusy)) for (const other of inTheWay(await unendedRuns(tx, at))) await lockRun(tx, { ...run, runId: other.runId });
  await holdThread(tx, at);
  const others = await unendedRuns(tx, at);
  if (others.length === 0) return write(undefined).then(() => []);
  if (at.onBusy === 'reject') throw new HoldfastError('thread_busy', 'Another run of this thread has not ended. Wait for it, cancel it, or say with `onBusy` what is to become of it.');
  await write(at.onBusy === 'enqueue' ? 1 : 0);
  const stopped: StoppedRun[] = [];
  if (takesPlace(at.onBusy)) for (const other of inTheWay(others)) stopped.push(...(await stop(tx, run, at, other.runId)));
  return stopped;
}

const takesPlace = (onBusy: OnBusy): boolean => onBusy === 'interrupt' || onBusy === 'rollback';
/** The live run, and one that waits for its end only because it has taken its place. */
const inTheWay = (runs: ThreadRun[]): ThreadRun[] => runs.filter((r) => r.wait === null || r.wait === 0);

async function stop(tx: Tx, run: RunRef, at: EnterThread, runId: string): Promise<StoppedRun[]> {
  const other = { tenantId: run.tenantId, runId };
  await lockRun(tx, other);
  const status = (await readRun(tx, other))?.status;
  if (!status || !isLive(status)) return [];
  if (at.onBusy === 'rollback') {
    await requireOwnWorld(tx, other);
    await markRolledBack(tx, other);
  }
  if (status === 'cancelling') return [{ runId, how: 'cancel' }];
  await insertInbox(tx, other, { kind: 'cancel', data: { mode: 'graceful', by: run.runId }, principalId: at.principalId });
  // Nothing of a queued run has happened: it can end here and now.
  if (status === 'queued') {
    await endRun(tx, other, { status: 'cancelled', reason: null });
    return [{ runId, how: 'terminate' }];
  }
  await changeStatus(tx, other, [status], 'cancelling', null);
  return [{ runId, how: 'cancel' }];
}
