import { describe, expect, it } from '@jest/globals';
import type { StepView } from '#client';
import { nearest, plotData } from './plot-data.js';

const step = (n: number, overthinking: number | null, steering: object | null = null): StepView =>
  ({ step: n, drift: overthinking === null ? null : { step: n, overthinking, overacting: overthinking / 2, verdict: 'ok', hard: false, reasons: [] }, steering }) as unknown as StepView;

describe('the drift plot', () => {
  it('draws what the run has left apart from what it is on, and marks what was done about drift', () => {
    const steps = [step(1, 0.2), step(2, 0.8), step(3, 0.4, { rung: 'rewind', toStep: 1, holdout: false }), step(4, null, { rung: 'none' })];
    const { columns, marks } = plotData(steps, new Set([1, 3]));
    expect(columns).toEqual([[1, 2, 3], [0.2, null, 0.4], [0.1, null, 0.2], [null, 0.8, null], [null, 0.4, null]]);
    expect(marks).toEqual([{ step: 3, rung: 'rewind', words: 'rewind at step 3, back to 1' }]);
  });

  it('finds the step under the pointer', () => expect([nearest([1, 5, 9], 6), nearest([], 3)]).toEqual([5, undefined]));
});
