import { describe, expect, it } from '@jest/globals';
import { vectorFile } from '#test/harness/steering-vector';
import { leaningOf } from './leaning.js';

const FILE = vectorFile({ name: 'm', digest: 'a'.repeat(64), width: 4, layer: 1 });
const read = (...projections: number[][]) => ({ tokens: projections.map((p) => ({ projections: p, shifts: [0, 0] })), corrected: 0 });
/** The band of the made-up axes, from -10 to 10, holds the middle eighty percent of steps that are ok. */
const DEVIATION = 20 / 2.563;

describe('leaning', () => {
  it('is a half at the calibrated ninety-fifth percentile, and rises from next to nothing to one about there', () => {
    const at = (deviations: number): number => leaningOf(FILE, read([deviations * DEVIATION, 0])).overthinking;
    expect(at(1.645)).toBeCloseTo(0.5, 3);
    expect([at(0), at(1), at(3)].map((value) => Math.round(value * 10) / 10)).toEqual([0, 0.2, 0.9]);
  });

  it('goes by the mean of the tokens, each axis by its own', () => {
    const mean = leaningOf(FILE, read([0, 40], [20, 0]));
    expect(mean).toEqual({ overthinking: leaningOf(FILE, read([10, 20])).overthinking, overacting: leaningOf(FILE, read([10, 20])).overacting });
    expect(mean.overacting).toBeGreaterThan(mean.overthinking);
  });

  it('is nought where nothing was read, or nothing is known of an axis', () => {
    expect(leaningOf(FILE, read())).toEqual({ overthinking: 0, overacting: 0 });
    expect(leaningOf({ axes: FILE.axes.slice(0, 1) }, read([90, 90]))).toEqual({ overthinking: 1, overacting: 0 });
  });
});
