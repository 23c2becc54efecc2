import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Beat, withLease } from './lease.js';

const NEVER = new AbortController().signal;
const QUICK = { beatMs: 10, lostMs: 40 };

/** Waits until its signal is aborted; says how long that took, or null. */
const work = (ms: number) => async (signal: AbortSignal): Promise<number | null> => {
  const began = Date.now();
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? Date.now() - began : null;
};

describe('a call’s lease', () => {
  it('holds while the server hears of the call, whatever a beat here and there comes to', async () => {
    let n = 0;
    const beat: Beat = async () => (n++ % 3 === 1 ? Promise.reject(new Error('unavailable')) : 'held');
    expect(await withLease(NEVER, beat, work(150), QUICK)).toBeNull();
    expect(n).toBeGreaterThan(3);
  });

  it('is lost at once where the call was given away', async () => {
    expect(await withLease(NEVER, async () => 'gone', work(5_000), QUICK)).toBeLessThan(1_000);
  });

  it('is lost where the server cannot be told, by an error or by silence', async () => {
    for (const beat of [() => Promise.reject(new Error('unavailable')), () => new Promise<never>(() => undefined)]) {
      const ms = await withLease(NEVER, beat, work(5_000), QUICK);
      expect(ms).toBeGreaterThan(QUICK.lostMs);
      expect(ms).toBeLessThan(1_000);
    }
  });

  it('passes a cancel on', async () => {
    expect(await withLease(AbortSignal.timeout(20), async () => 'held', work(5_000), QUICK)).toBeLessThan(1_000);
  });
});
