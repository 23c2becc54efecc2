import { ApiError, ConnectionError } from './api-error.js';

export type RetryPolicy = {
  /** How often a request is sent at most. */
  attempts: number;
  /** Milliseconds: the longest first pause, which doubles from try to try up to `mostMs`. */
  firstMs: number;
  mostMs: number;
};
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, firstMs: 250, mostMs: 8_000 };

/** Errors behind which the same request can succeed later. */
export const isPassing = (error: unknown): boolean => error instanceof ConnectionError || (error instanceof ApiError && error.problem.retryable);

/**
 * Sends until it succeeds, an error won't pass, or the tries are used up.
 * @param send gets the number of the try, from 1
 * @param repeatable says of an error whether the request may be sent again
 */
export async function withRetry<T>(send: (attempt: number) => Promise<T>, repeatable: (error: unknown) => boolean, policy: RetryPolicy, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(attempt);
    } catch (error) {
      if (signal?.aborted || attempt >= policy.attempts || !repeatable(error)) throw error;
      await pause(waitMs(error, attempt, policy), signal);
    }
  }
}

/** A time by chance, so that clients that failed together don't come back together; the server's own wish goes before. */
export function waitMs(error: unknown, attempt: number, policy: RetryPolicy, random: () => number = Math.random): number {
  if (error instanceof ApiError && error.retryAfter !== null) return error.retryAfter * 1_000;
  return Math.ceil(Math.min(policy.mostMs, policy.firstMs * 2 ** (attempt - 1)) * (0.5 + random() / 2));
}

/** @throws what `signal` was aborted with */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
