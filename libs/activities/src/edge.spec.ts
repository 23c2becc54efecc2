import { describe, expect, it, jest } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { HoldfastError } from '#contracts';
import { activity, nameOf } from './edge.js';

const mockEnvironment = () => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
jest.setTimeout(15_000);

const untilAborted = activity(async (_input: null, signal: AbortSignal) => new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))));

async function cancelled(reason: 'WORKER_SHUTDOWN' | 'CANCELLED' | 'NOT_FOUND'): Promise<unknown> {
  const env = mockEnvironment();
  const running = env.run(untilAborted, null);
  env.cancel(reason);
  return running.catch((error: unknown) => error);
}

describe('activity', () => {
  it('beats while it works, whatever it does first, and no longer', async () => {
    const env = mockEnvironment();
    let beats = 0;
    env.on('heartbeat', () => beats++);
    await env.run(activity(() => new Promise((done) => setTimeout(done, 2_700))), null);
    expect(beats).toBe(1);
    await new Promise((done) => setTimeout(done, 2_700));
    expect(beats).toBe(1);
  });

  it('tells a worker that shuts down from a person’s cancel: the first is tried again, the second is not', async () => {
    const shutdown = await cancelled('WORKER_SHUTDOWN');
    expect(shutdown).toBeInstanceOf(ApplicationFailure);
    expect(shutdown).toMatchObject({ type: 'worker_shutdown', nonRetryable: false });
    expect(await cancelled('CANCELLED')).toBeInstanceOf(CancelledFailure);
    expect(await cancelled('NOT_FOUND')).toBeInstanceOf(CancelledFailure);
  });

  it('gives the code of a known failure, says whether a retry helps, and keeps its words', async () => {
    const fails = (error: Error) => mockEnvironment().run(activity(() => Promise.reject(error)), null).catch((e: unknown) => e as ApplicationFailure);
    const known = (await fails(new HoldfastError('context_too_small', 'SECRET'))) as ApplicationFailure;
    expect(known).toMatchObject({ type: 'context_too_small', nonRetryable: true });
    const down = (await fails(new HoldfastError('runtime_unavailable', 'SECRET'))) as ApplicationFailure;
    expect(down).toMatchObject({ type: 'runtime_unavailable', nonRetryable: false });
    const unknown = (await fails(new TypeError('SECRET'))) as ApplicationFailure;
    expect(unknown).toMatchObject({ type: 'internal', nonRetryable: false });
    expect([known, down, unknown].map((e) => e.message).join()).not.toContain('SECRET');
    expect(unknown.message).toContain('TypeError');
  });

  it('names an unknown error by class and code only', () => {
    expect(nameOf(Object.assign(new Error('SECRET'), { code: 'ENOENT' }))).toBe('Error ENOENT');
    expect(nameOf('SECRET')).toBe('string');
  });
});
