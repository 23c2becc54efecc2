import { describe, expect, it } from '@jest/globals';
import { RateLimits } from './rate-limits.js';

describe('RateLimits', () => {
  it('lets ten seconds’ worth through at once, then as much as comes in', () => {
    let now = 0;
    const limits = new RateLimits(() => now);
    const granted = (n: number): number => Array.from({ length: n }, () => limits.take('a', 5)).filter((wait) => wait === 0).length;
    expect(granted(80)).toBe(50);
    expect(limits.take('a', 5)).toBe(1);
    now = 2_000;
    expect(granted(80)).toBe(10);
    now = 1_000_000;
    expect(granted(80)).toBe(50);
  });

  it('keeps callers apart, and counts nobody where there is no limit', () => {
    const limits = new RateLimits(() => 0);
    for (let n = 0; n < 10; n++) limits.take('a', 1);
    expect([limits.take('a', 1), limits.take('b', 1), limits.take('a', 0)]).toEqual([1, 0, 0]);
  });
});
