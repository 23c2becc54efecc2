import { describe, expect, it } from '@jest/globals';
import { measuredRatio, shareBudget, staleUpTo } from './budget.js';
import { compactionDue, planCompaction } from './compaction.js';

describe('the context budget', () => {
  it('gives each part its share at most, and the rest to the recent turns', () => {
    expect(shareBudget(1_000, { pinned: 10, summary: 5_000, retrieved: 0 })).toEqual({ pinned: 10, summary: 200, retrieved: 0, recent: 790 });
    expect(shareBudget(0, { pinned: 1, summary: 1, retrieved: 1 }).recent).toBe(0);
  });
  it('moves the line of stale results in strides', () => {
    expect([8, 15, 16, 23, 24].map(staleUpTo)).toEqual([0, 0, 8, 8, 16]);
  });
  it('takes a ratio from a prompt that is long enough and a count that can be one', () => {
    expect(measuredRatio(1_000, 1_300)).toBe(1.3);
    expect([measuredRatio(100, 130), measuredRatio(1_000, 0), measuredRatio(1_000, 7)]).toEqual([null, null, null]);
  });
});

describe('compaction', () => {
  const step = (n: number, tokens: number, masked = tokens) => ({ step: n, tokens, masked });
  it('is due where the window is full and enough of it is new', () => {
    expect(compactionDue({ shown: 800, sinceLast: 300, budget: 1_000 })).toBe(true);
    expect(compactionDue({ shown: 700, sinceLast: 700, budget: 1_000 })).toBe(false);
    expect(compactionDue({ shown: 900, sinceLast: 100, budget: 1_000 })).toBe(false);
  });
  it('masks where that is enough, and summarises where it is not or nothing can be reopened', () => {
    const steps = [step(1, 400, 20), step(2, 400, 20), step(3, 100), step(4, 100)];
    expect(planCompaction(steps, 1_000, true)).toEqual({ kind: 'mask', maskTo: 2 });
    expect(planCompaction(steps, 1_000, false)).toEqual({ kind: 'summary', maskTo: 0, keepFrom: 3 });
    expect(planCompaction([1, 2, 3, 4, 5, 6].map((n) => step(n, 150, 150)), 1_000, true)).toEqual({ kind: 'summary', maskTo: 4, keepFrom: 4 });
  });
  it('keeps the last steps whatever they weigh, and leaves a window alone that has nothing else', () => {
    expect(planCompaction([step(1, 9), step(2, 900), step(3, 900)], 1_000, true)).toMatchObject({ kind: 'summary', keepFrom: 2 });
    expect(planCompaction([step(2, 900), step(3, 900)], 1_000, true)).toEqual({ kind: 'none' });
  });
});
