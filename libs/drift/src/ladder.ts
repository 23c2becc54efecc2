import type { DriftPolicy, DriftReport, LadderRung, LadderState, Remedy, Rung, Sampling, Steering } from '#contracts';
import { cleanCheckpoint } from './clean-checkpoint.js';
import { mix32 } from './digest/hash.js';
import { isRemedy, rungsFor, severity } from './ladder-data.js';

export const initialLadder: LadderState = { episodes: 0, lastActionStep: null, lastRung: 'none', actions: 0 };

export type LadderFacts = {
  /** Newest step of the branch that is known to be good; null where there is none to go back to. */
  goodCheckpoint: number | null;
  /** Steps of the branch, oldest first, as far back as is known. */
  trail?: readonly number[];
  /** Temperature that the run uses, where known. */
  temperature?: number;
};

/** An alarm this soon after an action says that the action did not help: the next rung is left out. */
const SOON = 10;
/** Turns that are offered only tools that look, where the ladder does not say. */
const GATED_TURNS = 3;
/** Turns that are drawn to choose from, where the ladder does not say. */
const SAMPLES = 3;

/**
 * What is done about a report: the next rung of its verdict's ladder, then a person is asked or the run stops. Pure,
 * and without chance: which alarms are held out follows from the step's number and the run's seed.
 */
export function decide(report: DriftReport, ladder: LadderState, policy: DriftPolicy, facts: LadderFacts): { steering: Steering | null; ladder: LadderState } {
  const rungs = allowed(rungsFor(policy, report.verdict), report);
  const since = ladder.lastActionStep === null ? Infinity : report.step - ladder.lastActionStep;
  if (!policy.enabled || rungs.length === 0 || since <= (ladder.cooldown ?? policy.cooldown)) return { steering: null, ladder };
  const { rung, skipped } = nextRung(rungs, ladder, policy, facts, since <= SOON);
  const entry = rungs.find((r) => r.rung === rung);
  const steering: Steering = {
    rung,
    step: report.step,
    verdict: report.verdict,
    reasons: report.reasons,
    holdout: isRemedy(rung) && heldOut(report.step, policy),
    ...(skipped.length > 0 && { skipped }),
    ...remedy(rung, entry, report, ladder, facts),
  };
  if (steering.holdout) return { steering, ladder: { ...ladder, lastActionStep: report.step } };
  return { steering, ladder: climbed(ladder, rung, entry, report.step) };
}

/** What rests on one sample of a judge alone is answered mildly. */
function allowed(rungs: LadderRung[], { judge }: DriftReport): LadderRung[] {
  return judge?.alone && !judge.confirmed ? rungs.filter(({ rung }) => severity(rung) <= severity('resample')) : rungs;
}

function climbed(ladder: LadderState, rung: Rung, entry: LadderRung | undefined, step: number): LadderState {
  const next: LadderState = { episodes: ladder.episodes + 1, lastActionStep: step, lastRung: rung, actions: ladder.actions + 1 };
  if (isRemedy(rung)) next.taken = { ...ladder.taken, [rung]: (ladder.taken?.[rung] ?? 0) + 1 };
  else if (ladder.taken) next.taken = ladder.taken;
  if (entry?.cooldown !== undefined) next.cooldown = entry.cooldown;
  return next;
}

function nextRung(rungs: LadderRung[], ladder: LadderState, policy: DriftPolicy, facts: LadderFacts, soon: boolean): { rung: Rung; skipped: Remedy[] } {
  // A person was asked and it goes on as before.
  if (ladder.lastRung === 'ask' && soon) return { rung: 'stop', skipped: [] };
  const end = policy.mayAsk ? 'ask' : 'stop';
  if (ladder.episodes >= policy.maxEpisodes) return { rung: end, skipped: [] };
  // The last of the ladder is tried again, at another seed, for as long as the policy has episodes left.
  const from = Math.min(rungs.length - 1, above(rungs, ladder.lastRung) + (soon && isRemedy(ladder.lastRung) ? 1 : 0));
  const left = rungs.slice(from).filter((r) => possible(r, ladder, facts));
  const isOff = ({ rung }: LadderRung): boolean => policy.off?.includes(rung) ?? false;
  const next = left.findIndex((r) => !isOff(r));
  const skipped = (next < 0 ? left : left.slice(0, next)).map(({ rung }) => rung);
  return { rung: left[next]?.rung ?? end, skipped };
}

/** Place of the first rung above the one that was taken last, which may have been another verdict's. */
function above(rungs: LadderRung[], last: Rung): number {
  if (!isRemedy(last)) return 0;
  const own = rungs.findIndex(({ rung }) => rung === last);
  return own >= 0 ? own + 1 : rungs.filter(({ rung }) => severity(rung) < severity(last)).length;
}

function possible({ rung, times = Infinity }: LadderRung, ladder: LadderState, facts: LadderFacts): boolean {
  if (rung === 'rewind' || rung === 'escalate') if (facts.goodCheckpoint === null) return false;
  return (ladder.taken?.[rung] ?? 0) < times;
}

function remedy(rung: Rung, entry: LadderRung | undefined, report: DriftReport, ladder: LadderState, facts: LadderFacts): Pick<Steering, 'toStep' | 'sampling' | 'turns' | 'samples' | 'role'> {
  if (rung === 'gate_tools') return { turns: entry?.turns ?? GATED_TURNS };
  if (rung === 'resample') return { sampling: freshSampling(report, ladder, facts), samples: entry?.samples ?? SAMPLES };
  if ((rung !== 'rewind' && rung !== 'escalate') || facts.goodCheckpoint === null) return {};
  const toStep = cleanCheckpoint(report, facts.goodCheckpoint, facts.trail ?? []);
  // Another model is change enough: its sampling is the agent's own.
  return rung === 'escalate' ? { toStep, role: 'large' } : { toStep, sampling: freshSampling(report, ladder, facts) };
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

const heldOut = (step: number, { holdout, seed = 0 }: DriftPolicy): boolean => mix32(step * 2_654_435_761 + seed) / 2 ** 32 < holdout;
