import { describe, expect, it } from '@jest/globals';
import { BASELINES } from './baselines.js';
import { auc, firstAlarm, replay } from './replay.js';
import { digestsOf, type RecordedStep } from './runs.js';

const step = (n: number, over: Partial<RecordedStep> = {}): RecordedStep => ({ thought: `thought number ${n} about part ${n * 7}`, tool: 'read_range', args: { line: n }, obs: `line ${n} says ${n * 13}`, ...over });
const digests = (steps: RecordedStep[]) => digestsOf({ source: 'made', id: '1', resolved: null, steps });
const stuck = (times: number): RecordedStep[] => [...Array.from({ length: 9 }, (_, i) => step(i)), ...Array.from({ length: times }, () => step(99))];

describe('replay of recorded runs', () => {
  it('finds a repetition where it becomes one, and none in useful work', () => {
    expect(firstAlarm(replay(digests(stuck(4)), 5))).toBe(12);
    expect(firstAlarm(replay(digests(Array.from({ length: 40 }, (_, i) => step(i))), 5))).toBeNull();
  });

  it.each([['opencode', 3], ['openhands', 4], ['gemini-cli', 5], ['crush', 6]])('has the rule of %s fire at the %dth like call', (name, at) => {
    expect(BASELINES[name]!(digests(stuck(at)))).toBe(9 + at);
    expect(BASELINES[name]!(digests(stuck(at - 1)))).toBeNull();
  });

  it('measures how well scores part two groups', () => {
    expect(auc([2, 3], [0, 1])).toBe(1);
    expect(auc([1], [1])).toBe(0.5);
    expect(auc([], [1])).toBeNull();
  });
});
