import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DriftPolicy, type DriftReport, type Ladder, type LadderState, REMEDIES, steeringSchema, VERDICTS } from '#contracts';
import { cleanCheckpoint } from './clean-checkpoint.js';
import { decide, initialLadder } from './ladder.js';
import { DEFAULT_LADDER, fitLadder } from './ladder-data.js';

const policy = (over: Partial<DriftPolicy> = {}): DriftPolicy => ({ enabled: true, cooldown: 4, maxEpisodes: 3, mayAsk: false, holdout: 0, ...over });
const alarm = (step: number, verdict: DriftReport['verdict'] = 'overacting'): DriftReport => ({
  step, overthinking: 0, overacting: 0.9, verdict, hard: true, reasons: [{ signal: 'exactRepeat', value: 1, steps: [step - 2, step - 1, step] }],
});
const good = { goodCheckpoint: 5 };

/** Rungs taken at the given steps, one alarm after the other. */
function climb(steps: number[], over: Partial<DriftPolicy> = {}, verdict?: DriftReport['verdict'], facts: { goodCheckpoint: number | null } = good): (string | null)[] {
  let ladder = initialLadder;
  return steps.map((step) => {
    const decided = decide(alarm(step, verdict), ladder, policy(over), facts);
    ladder = decided.ladder;
    return decided.steering?.rung ?? null;
  });
}

describe('the ladder', () => {
  it('goes up rung by rung where alarms are far apart', () => {
    expect(climb([10, 30, 50, 70])).toEqual(['nudge', 'resample', 'rewind', 'stop']);
    expect(climb([10, 30, 50, 70], { mayAsk: true })).toEqual(['nudge', 'resample', 'rewind', 'ask']);
  });

  it('leaves a rung out where the alarm comes again soon', () => {
    expect(climb([10, 18, 26, 34])).toEqual(['nudge', 'rewind', 'rewind', 'stop']);
  });

  it('stops where a person was asked and it soon goes on as before; asks again much later', () => {
    expect(climb([10, 30, 40], { mayAsk: true, maxEpisodes: 1 })).toEqual(['nudge', 'ask', 'stop']);
    expect(climb([10, 30, 80], { mayAsk: true, maxEpisodes: 1 })).toEqual(['nudge', 'ask', 'ask']);
  });

  it('leaves the agreed number of steps between two actions', () => {
    expect(climb([10, 11, 12, 13, 14, 15])).toEqual(['nudge', null, null, null, null, 'rewind']);
    expect(climb([10, 11], { cooldown: 0 })).toEqual(['nudge', 'rewind']);
  });

  it('has no words for degenerate text or the harness', () => {
    expect(climb([10, 30], {}, 'degenerate')).toEqual(['resample', 'rewind']);
    expect(climb([10, 30], {}, 'harness_fault')).toEqual(['resample', 'rewind']);
  });

  it.each(['ok', 'suspect', 'premature_finish'] as const)('does nothing about %s', (verdict) => {
    expect(climb([10], {}, verdict)).toEqual([null]);
  });

  it('does nothing where it is switched off', () => {
    expect(climb([10], { enabled: false })).toEqual([null]);
  });

  it('goes to the end where there is nothing to go back to', () => {
    expect(climb([10, 30, 50], { mayAsk: true }, undefined, { goodCheckpoint: null })).toEqual(['nudge', 'resample', 'ask']);
  });

  it('goes back to before the drift, not only to the last step that passed', () => {
    const from = (goodCheckpoint: number): number | undefined => {
      const ladder: LadderState = { episodes: 1, lastActionStep: 10, lastRung: 'nudge', actions: 1 };
      return decide(alarm(18), ladder, policy(), { goodCheckpoint }).steering?.toStep;
    };
    expect(from(17)).toBe(16);
    expect(from(7)).toBe(7);
    expect(from(0)).toBe(0);
  });

  it('changes sampling by what is wrong', () => {
    const ladder: LadderState = { episodes: 1, lastActionStep: 10, lastRung: 'nudge', actions: 1 };
    const sampling = (verdict: DriftReport['verdict'], temperature?: number) => decide(alarm(40, verdict), ladder, policy(), { ...good, ...(temperature !== undefined && { temperature }) }).steering?.sampling;
    expect(sampling('overthinking', 0.2)).toMatchObject({ temperature: 0.5, think: false, seed: expect.any(Number) });
    expect(sampling('overacting', 0.9)).toMatchObject({ temperature: 1, think: true });
    expect(sampling('degenerate')).toMatchObject({ temperature: 1, repeatPenalty: 1.08, repeatLastN: 4_096 });
    expect(sampling('overacting')).not.toHaveProperty('repeatPenalty');
    expect(sampling('overacting', 1.4)).toMatchObject({ temperature: 1.4 });
  });

  it('holds out about the share that it is told, the same steps each time, and never a stop', () => {
    const held = Array.from({ length: 1_000 }, (_, step) => decide(alarm(step + 1), initialLadder, policy({ holdout: 0.2 }), good).steering!.holdout);
    expect(held.filter(Boolean).length).toBeGreaterThan(150);
    expect(held.filter(Boolean).length).toBeLessThan(250);
    expect(held).toEqual(Array.from({ length: 1_000 }, (_, step) => decide(alarm(step + 1), initialLadder, policy({ holdout: 0.2 }), good).steering!.holdout));
    const done: LadderState = { episodes: 3, lastActionStep: 10, lastRung: 'rewind', actions: 3 };
    expect(decide(alarm(40), done, policy({ holdout: 1 }), good).steering).toMatchObject({ rung: 'stop', holdout: false });
  });

  it('counts a held out alarm for the cooldown only', () => {
    const { steering, ladder } = decide(alarm(10), initialLadder, policy({ holdout: 1 }), good);
    expect(steering).toMatchObject({ rung: 'nudge', holdout: true });
    expect(ladder).toEqual({ episodes: 0, lastActionStep: 10, lastRung: 'none', actions: 0 });
  });

  it('climbs the ladder that the policy has for the verdict, each rung as often as it may', () => {
    const ladder: Ladder = { overacting: [{ rung: 'gate_tools', times: 1, turns: 2, cooldown: 8 }, { rung: 'rewind', times: 1 }] };
    expect(climb([10, 30, 50], { ladder, maxEpisodes: 5 })).toEqual(['gate_tools', 'rewind', 'stop']);
    expect(climb([10, 17, 19], { ladder, cooldown: 0 })).toEqual(['gate_tools', null, 'rewind']);
    expect(climb([10, 30], { ladder }, 'overthinking')).toEqual([null, null]);
    expect(decide(alarm(10), initialLadder, policy({ ladder }), good).steering).toMatchObject({ turns: 2 });
  });

  it('goes on above the rung that another verdict took', () => {
    const taken: LadderState = { episodes: 1, lastActionStep: 10, lastRung: 'gate_tools', actions: 1 };
    expect(decide(alarm(40, 'overthinking'), taken, policy({ ladder: DEFAULT_LADDER }), good).steering?.rung).toBe('resample');
  });

  it('leaves out what hurts, and says so', () => {
    const ladder = fitLadder(DEFAULT_LADDER, new Set(['escalate']));
    expect(decide(alarm(10), initialLadder, policy({ ladder, off: ['nudge'] }), good).steering).toMatchObject({ rung: 'gate_tools', skipped: ['nudge'] });
    expect(decide(alarm(10), initialLadder, policy({ ladder, off: ['nudge', 'gate_tools', 'resample', 'rewind'] }), good).steering).toMatchObject({ rung: 'stop', skipped: ['nudge', 'gate_tools', 'resample', 'rewind'] });
    expect(decide(alarm(10), initialLadder, policy({ ladder, off: ['rewind'] }), good).steering).not.toHaveProperty('skipped');
  });

  it('keeps a way back where nothing else of a verdict is possible', () => {
    expect(fitLadder({ overacting: [{ rung: 'escalate' }] }, new Set(['escalate']))).toEqual({ overacting: [{ rung: 'rewind' }] });
  });

  it('escalates from the clean checkpoint, with the larger model’s own sampling', () => {
    const taken: LadderState = { episodes: 1, lastActionStep: 10, lastRung: 'rewind', actions: 1 };
    const { steering } = decide(alarm(40), taken, policy({ ladder: DEFAULT_LADDER }), { goodCheckpoint: 39 });
    expect(steering).toMatchObject({ rung: 'escalate', toStep: 38, role: 'large' });
    expect(steering).not.toHaveProperty('sampling');
  });

  it('goes back to before a streak, along the branch and not by number', () => {
    const report: DriftReport = { ...alarm(20), reasons: [{ signal: 'errorStreak', value: 1, steps: [17, 19, 20] }] };
    expect(cleanCheckpoint(report, 16, [10, 12, 16, 17, 19])).toBe(16);
    expect(cleanCheckpoint(report, 19, [10, 12, 17, 19])).toBe(12);
    expect(cleanCheckpoint({ ...report, reasons: [] }, 19, [12])).toBe(19);
  });

  it('holds out other steps in another run', () => {
    const held = (seed: number): boolean[] => Array.from({ length: 200 }, (_, step) => decide(alarm(step + 1), initialLadder, policy({ holdout: 0.5, seed }), good).steering!.holdout);
    expect(held(1)).not.toEqual(held(2));
  });

  it('ends every run that drifts for ever, and gives steering that fits the contract', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...VERDICTS), fc.integer({ min: 1, max: 30 })), { minLength: 60, maxLength: 80 }), fc.boolean(), fc.integer({ min: 0, max: 5 }), fc.subarray([...REMEDIES]), (alarms, mayAsk, maxEpisodes, off) => {
        let ladder = initialLadder;
        let step = 0;
        let remedies = 0;
        for (const [verdict, gap] of alarms) {
          step += gap;
          const decided = decide(alarm(step, verdict), ladder, policy({ mayAsk, maxEpisodes, off, ...(off.length > 1 && { ladder: DEFAULT_LADDER }) }), { goodCheckpoint: step - 1 });
          ladder = decided.ladder;
          if (!decided.steering) continue;
          expect(steeringSchema.parse(decided.steering)).toEqual(decided.steering);
          if ((REMEDIES as readonly string[]).includes(decided.steering.rung)) remedies++;
        }
        expect(remedies).toBeLessThanOrEqual(maxEpisodes);
      }),
    );
  });
});
