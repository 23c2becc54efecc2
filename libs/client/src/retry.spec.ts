import { describe, expect, it } from '@jest/globals';
import { ApiError, ConnectionError } from './api-error.js';
import type { ErrorCode, Problem } from './api-types.js';
import { isPassing, waitMs, withRetry } from './retry.js';

const QUICK = { attempts: 4, firstMs: 1, mostMs: 4 };
const problem = (code: ErrorCode, retryable: boolean): ApiError => new ApiError({ type: 't', title: 'x', status: 503, code, retryable } satisfies Problem);

describe('withRetry', () => {
  it('sends again while an error passes, and gives up after the last try', async () => {
    const tries: number[] = [];
    const answer = await withRetry((n) => (tries.push(n) < 3 ? Promise.reject(problem('database_unavailable', true)) : Promise.resolve('done')), isPassing, QUICK);
    expect([answer, tries]).toEqual(['done', [1, 2, 3]]);
    await expect(withRetry(() => Promise.reject(problem('database_unavailable', true)), isPassing, QUICK)).rejects.toMatchObject({ code: 'database_unavailable' });
  });

  it('does not repeat what would fail again, or what was called off', async () => {
    let sent = 0;
    await expect(withRetry(() => (sent++, Promise.reject(problem('not_found', false))), isPassing, QUICK)).rejects.toMatchObject({ code: 'not_found' });
    const off = new AbortController();
    const wait = withRetry(() => (sent++, Promise.reject(new ConnectionError('x', { cause: null }))), isPassing, { ...QUICK, firstMs: 60_000, mostMs: 60_000 }, off.signal);
    setImmediate(() => off.abort(new Error('called off')));
    await expect(wait).rejects.toThrow('called off');
    expect(sent).toBe(2);
  });

  it('waits longer from try to try up to a bound, and as long as the server asks', () => {
    const policy = { attempts: 9, firstMs: 100, mostMs: 1_000 };
    expect([1, 2, 3, 9].map((n) => waitMs(null, n, policy, () => 1))).toEqual([100, 200, 400, 1_000]);
    expect(waitMs(null, 2, policy, () => 0)).toBe(100);
    expect(waitMs(new ApiError({ type: 't', title: 'x', status: 429, code: 'internal', retryable: true }, 7), 1, policy)).toBe(7_000);
  });
});
