import type { DriftPolicy, DriftReport, LadderState, Rung, Sampling, Steering } from '#contracts';
import { mix32 } from './digest/hash.js';

export const initialLadder: LadderState = { episodes: 0, lastActionStep: null, lastRung: 'none', actions: 0 };

export type LadderFacts = {
  /** Newest step of the branch that is known to be good; null where there is none to go back to. */
  goodCheckpoint: number | null;
  /** Temperature that the run uses, where known. */
  temperature?: number;
};

/** An alarm this soon after an action says that the action did not help: the next rung is left out. */
const SOON = 10;
const REMEDIES = ['nudge', 'resample', 'rewind'] as const satisfies Rung[];
type Remedy = (typeof REMEDIES)[number];
/** Words help neither a text that repeats itself nor a model that does not see what its calls returned. */
const FIRST: Partial<Record<DriftReport['verdict'], Remedy>> = { overthinking: 'nudge', overacting: 'nudge', degenerate: 'resample', harness_fault: 'resample' };

/**
 * What is done about a report: nudge, resample, rewind, ask, stop, each at most as early as the verdict allows. Pure,
 * and without chance: which alarms are held out follows from the step number.
 */
export function decide(report: DriftReport, ladder: LadderState, policy: DriftPolicy, facts: LadderFacts): { steering: Steering | null; ladder: LadderState } {
  const first = FIRST[report.verdict];
  const since = ladder.lastActionStep === null ? Infinity : report.step - ladder.lastActionStep;
  if (!policy.enabled || !first || since <= policy.cooldown) return { steering: null, ladder };
  const rung = nextRung(first, ladder, policy, facts, since <= SOON);
  const steering: Steering = { rung, step: report.step, verdict: report.verdict, reasons: report.reasons, holdout: isRemedy(rung) && heldOut(report.step, policy.holdout) };
  if (steering.holdout) return { steering: { ...steering, ...remedy(rung, report, ladder, facts) }, ladder: { ...ladder, lastActionStep: report.step } };
  return {
    steering: { ...steering, ...remedy(rung, report, ladder, facts) },
    ladder: { episodes: ladder.episodes + 1, lastActionStep: report.step, lastRung: rung, actions: ladder.actions + 1 },
  };
}

function nextRung(first: Remedy, ladder: LadderState, policy: DriftPolicy, facts: LadderFacts, soon: boolean): Rung {
  // A person was asked and it goes on as before.
  if (ladder.lastRung === 'ask' && soon) return 'stop';
  const last: Rung = policy.mayAsk ? 'ask' : 'stop';
  if (ladder.episodes >= policy.maxEpisodes) return last;
  const from = isRemedy(ladder.lastRung) ? REMEDIES.indexOf(ladder.lastRung) + (soon ? 2 : 1) : 0;
  // The strongest remedy is tried again, at another seed, for as long as the policy has episodes left.
  const rung = REMEDIES[Math.max(from, REMEDIES.indexOf(first))] ?? 'rewind';
  return rung === 'rewind' && facts.goodCheckpoint === null ? last : rung;
}

function remedy(rung: Rung, report: DriftReport, ladder: LadderState, facts: LadderFacts): Pick<Steering, 'toStep' | 'sampling'> {
  if (rung === 'resample') return { sampling: freshSampling(report, ladder, facts) };
  if (rung === 'rewind' && facts.goodCheckpoint !== null) return { toStep: rewindTarget(report, facts.goodCheckpoint), sampling: freshSampling(report, ladder, facts) };
  return {};
}

/**
 * The checkpoint to go back to: the last good one, or the first step that the alarm's main reason rests on, where that
 * is older. The first of several like calls was no drift yet, the second got its `ok` only for want of a third.
 */
function rewindTarget(report: DriftReport, goodCheckpoint: number): number {
  return Math.min(goodCheckpoint, ...(report.reasons[0]?.steps ?? []));
}

const USUAL_TEMPERATURE = 0.7;

/** Other dice: a new seed, more heat, and less or more thinking where that was the trouble. */
function freshSampling(report: DriftReport, ladder: LadderState, facts: LadderFacts): Pick<Sampling, 'temperature' | 'seed' | 'think' | 'repeatPenalty' | 'repeatLastN'> {
  return {
    temperature: Math.max(facts.temperature ?? 0, Math.min(1, Math.round(((facts.temperature ?? USUAL_TEMPERATURE) + 0.3) * 100) / 100)),
    seed: mix32(report.step * 1_009 + ladder.actions) >>> 1,
    ...(report.verdict === 'overthinking' && { think: false }),
    ...(report.verdict === 'overacting' && { think: true }),
    ...(report.verdict === 'degenerate' && { repeatPenalty: 1.08, repeatLastN: 4_096 }),
  };
}

const isRemedy = (rung: Rung): rung is Remedy => (REMEDIES as readonly Rung[]).includes(rung);
const heldOut = (step: number, share: number): boolean => mix32(step * 2_654_435_761) / 2 ** 32 < share;
