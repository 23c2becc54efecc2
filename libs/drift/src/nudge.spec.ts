import { describe, expect, it } from '@jest/globals';
import type { DriftReason, Steering } from '#contracts';
import { nudgeText } from './nudge.js';

const steering = (reasons: DriftReason[], over: Partial<Steering> = {}): Steering => ({ rung: 'nudge', step: 18, verdict: 'overacting', reasons, holdout: false, ...over });

describe('nudgeText', () => {
  it('says what happened, by step number', () => {
    expect(nudgeText(steering([{ signal: 'exactRepeat', value: 1, steps: [14, 16, 18] }, { signal: 'noProgress', value: 0.6, steps: [12, 18] }]))).toBe(
      'Steps 14, 16 and 18 made the same call and got the same result. Nothing has changed since step 12.',
    );
  });

  it('says where a rewound run goes on from', () => {
    expect(nudgeText(steering([{ signal: 'cycle', value: 1, steps: [10, 11, 12, 13] }], { rung: 'rewind', toStep: 9 }))).toBe(
      'Steps 10 to 13 went round the same calls with the same results. The work goes on from the state after step 9; what came after it is undone.',
    );
  });

  it.each(['exactRepeat', 'cycle', 'staleResult', 'nearRepeat', 'errorStreak', 'thoughtRedundancy', 'monologue', 'thinkRatio', 'toolEntropy', 'churn', 'malformedOutput', 'noProgress', 'editRevert', 'untested', 'unproven'])('has a sentence for %s that prescribes nothing', (signal) => {
    const text = nudgeText(steering([{ signal, value: 1, steps: [3, 4] }]));
    expect(text).toMatch(/^[A-Z].*\d.*\.$/);
    expect(text).not.toMatch(/\b(should|must|try|please|instead|stop)\b/i);
  });

  it('has words even where no reason is known', () => {
    expect(nudgeText(steering([{ signal: 'other', value: 1, steps: [] }]))).toBe('The last steps up to 18 brought nothing new.');
  });
});
