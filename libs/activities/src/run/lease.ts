import type { Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError, ActivityPausedError, ActivityResetError } from '@temporalio/client';

/** Temporal gives a call to another worker when it has not heard of it for 10 s. */
const BEAT_MS = 2_000;
/** Half of that, so that nothing of a call is at work any more when the next delivery begins. */
const LOST_MS = 5_000;

/** Tells the server that the call lives. `gone`: it has given the call away, or has no such call. Throws where it does not answer. */
export type Beat = () => Promise<'held' | 'gone'>;

class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Does `work` for as long as the server hears of it: its signal is aborted when the call was given away, or the server
 * could not be told for half of the time after which it will be. The SDK's own heartbeat does not say whether it was heard.
 */
export async function withLease<T>(signal: AbortSignal, beat: Beat, work: (signal: AbortSignal) => Promise<T>, { beatMs = BEAT_MS, lostMs = LOST_MS } = {}): Promise<T> {
  const lost = new AbortController();
  const lose = (): void => lost.abort(new LeaseLost('the server does not hear of this call'));
  let heard = Date.now();
  const timer = setInterval(() => {
    // Looked at first: a process that was frozen has not been heard of either.
    if (Date.now() - heard > lostMs) return lose();
    const asked = Date.now();
    beat().then((state) => (state === 'gone' ? lose() : (heard = Math.max(heard, asked))), () => undefined);
  }, beatMs);
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(timer);
  }
}

/** The beat of the activity at hand. What people asked of the call (a cancel) comes to it another way. */
export function beatOf(context: Context): Beat {
  return async () => {
    try {
      await context.client.withDeadline(Date.now() + BEAT_MS, () => context.client.activity.heartbeat(context.info.taskToken));
      return 'held';
    } catch (error) {
      if (error instanceof ActivityNotFoundError) return 'gone';
      if (error instanceof ActivityCancelledError || error instanceof ActivityPausedError || error instanceof ActivityResetError) return 'held';
      throw error;
    }
  };
}
