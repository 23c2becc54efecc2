import { describe, expect, it } from '@jest/globals';
import { mcnemar, type Pair, rates } from './statistics.js';

const pairs = (counts: [before: boolean, after: boolean, n: number][]): Pair[] => counts.flatMap(([before, after, n]) => Array.from({ length: n }, () => ({ before, after })));

describe('paired outcomes', () => {
  it('counts what an arm brought back, what it spoiled, and where it pays', () => {
    const some = pairs([[false, true, 3], [false, false, 1], [true, false, 1], [true, true, 4]]);
    expect(rates(some)).toEqual({ r: 0.75, d: 0.2, worthAbove: 0.2 / 0.95 });
    expect(rates(pairs([[true, true, 2]]))).toEqual({ r: null, d: 0, worthAbove: null });
  });

  it('calls no small difference one', () => {
    expect(mcnemar(pairs([[true, true, 9]]))).toBe(1);
    expect(mcnemar(pairs([[false, true, 3]]))).toBeCloseTo(0.25);
    expect(mcnemar(pairs([[false, true, 8], [true, false, 1]]))).toBeCloseTo(0.0391, 3);
  });
});
