import { describe, expect, it } from '@jest/globals';
import type { TrainingStep } from '#store';
import { selectTurns } from './calibrated.js';

const step = (n: number, more: Partial<TrainingStep> = {}): TrainingStep => ({ step: n, parent: n - 1, verdict: 'ok', reasonSteps: [], steered: false, malformed: false, compaction: false, ...more });
const run = (count: number, more: Record<number, Partial<TrainingStep>> = {}): TrainingStep[] => Array.from({ length: count }, (_, i) => step(i + 1, more[i + 1]));
const learned = (steps: TrainingStep[], head: number, verdict: 'calibrated' | 'any' = 'calibrated'): number[] => [...selectTurns(steps, head, verdict).train];

describe('which turns are learned', () => {
  it('are all of a run that went well', () => expect(learned(run(4), 4)).toEqual([1, 2, 3, 4]));

  it('are not those that a rewind undid, which are not shown either', () => {
    const steps = [...run(4), step(5, { parent: 2 }), step(6, { parent: 5 })];
    expect(selectTurns(steps, 6, 'any').branch).toEqual([1, 2, 5, 6]);
    expect(learned(steps, 6)).toEqual([1, 2, 5, 6]);
  });

  it('are neither an alarm nor the three turns before it, nor what its reasons rest on', () => {
    expect(learned(run(8, { 6: { verdict: 'overacting', reasonSteps: [1, 6] } }), 8)).toEqual([2, 7, 8]);
  });

  it('are not those that an alarm of an undone branch rests on', () => {
    const steps = [...run(4, { 4: { verdict: 'overthinking', reasonSteps: [2, 3, 4] } }), step(5, { parent: 2 })];
    expect(learned(steps, 5)).toEqual([1, 5]);
  });

  it('are not suspect, malformed or steered ones, and a premature end is not learned', () => {
    expect(learned(run(5, { 1: { verdict: 'suspect' }, 2: { malformed: true }, 3: { steered: true }, 5: { verdict: 'premature_finish' } }), 5)).toEqual([4]);
  });

  it('leave out steps that made room, and take up what stands before them', () => {
    const steps = [...run(3), step(4, { compaction: true, verdict: 'overacting' }), step(5)];
    expect(selectTurns(steps, 5, 'calibrated')).toEqual({ branch: [1, 2, 3, 5], train: new Set([1, 2, 3, 5]) });
  });

  it('are all of the branch where any are wanted', () => expect(learned(run(3, { 2: { verdict: 'overacting' } }), 3, 'any')).toEqual([1, 2, 3]));
});
