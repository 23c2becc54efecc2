import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { ERROR_CODES, HoldfastError } from '#contracts';

/** Often enough that a cancel arrives promptly and that a dead worker is noticed within the 10 s timeout. */
const HEARTBEAT_MS = 2_500;

/**
 * Wraps an activity at Temporal's edge: heartbeats on a timer from its first line, and failures that carry a code and
 * no content. A worker that shuts down is not a user's cancel: the activity is tried again elsewhere.
 */
export function activity<I, O>(fn: (input: I, signal: AbortSignal) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    const context = Context.current();
    // From the first line on; not at once, since the timeout counts from the start and a short activity needs none.
    const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      return await fn(input, context.cancellationSignal);
    } catch (error) {
      throw toFailure(error, context);
    } finally {
      clearInterval(heartbeat);
    }
  };
}

function toFailure(error: unknown, context: Context): Error {
  if (context.cancellationSignal.aborted) {
    const reason: unknown = context.cancellationSignal.reason;
    const why = reason instanceof CancelledFailure ? reason.message : '';
    if (why === 'WORKER_SHUTDOWN') return ApplicationFailure.create({ type: 'worker_shutdown', message: 'The worker is shutting down.' });
    return reason instanceof Error ? reason : new CancelledFailure('CANCELLED');
  }
  // The words of a failure may quote a document's name or a model: they stay in Postgres, the code's title goes.
  if (error instanceof HoldfastError) return ApplicationFailure.create({ type: error.code, message: ERROR_CODES[error.code].title, nonRetryable: !error.retryable, ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }) });
  return ApplicationFailure.create({ type: 'internal', message: `${ERROR_CODES.internal.title} (${nameOf(error)})` });
}

/** Class and code of an unknown error: its message may hold content. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
