import type { DriftReason, DriftReport, DriftState, JudgeSource, StepDigest } from '#contracts';
import { DEFAULT_CONFIG, type DriftConfig } from './config.js';
import { historyOf } from './history.js';
import { readSignals, type Signals } from './signals/read-signals.js';
import { extendBaseline } from './signals/thought.js';
import { judgeSignal } from './signals/judged.js';
import { clip } from './signals/signal.js';
import { isAlarm, type Judged, verdictOf } from './verdict.js';

const FRESH: DriftState = { overthinking: 0, overacting: 0, stepsSinceProgress: 0, thinkingBaseline: [0, 0], sustained: 0 };
const MAX_REASONS = 3;
const MAX_STEPS = 6;
/** The most that each source can say: the running scores, a judge, the projection of the residual stream. */
const WEIGHT = 0.9;
const JUDGE_WEIGHT = 0.8;
const PROJECTION_WEIGHT = 0.5;

/**
 * Judges a step by its digest and those of its ancestors (newest first), and folds the run's scores. Pure: the same
 * arguments give the same answer. `prev` is the state that the parent's checkpoint carries, null at the start; `judge`
 * a verdict that is read with this step and counts for it alone.
 */
export function evaluateStep(step: StepDigest, window: StepDigest[], prev: DriftState | null, config: Partial<DriftConfig> = {}, judge: JudgeSource | null = null): { report: DriftReport; state: DriftState } {
  const used = { ...DEFAULT_CONFIG, ...config };
  const before = prev ?? FRESH;
  const signals = readSignals(historyOf(step, window), before, used);
  const scores = fold(signals, before, used);
  const projected = step.projection ?? { overthinking: 0, overacting: 0 };
  const inRut = used.rutAt !== null && signals.rut.value >= used.rutAt;
  /** Sources add up as chances do: each takes its part of what the others leave open. */
  const judged = (said: { overthinking: number; overacting: number } | null): Judged => {
    const others = (axis: 'overthinking' | 'overacting'): number => (1 - JUDGE_WEIGHT * (said?.[axis] ?? 0)) * (1 - PROJECTION_WEIGHT * projected[axis]);
    const overthinking = round(1 - (1 - WEIGHT * scores.overthinking) * others('overthinking'));
    const overacting = round(1 - (1 - WEIGHT * scores.overacting) * (1 - 0.6 * signals.toolEntropy.value) * others('overacting'));
    const alarming = inRut || overthinking >= used.overthinkingAt || overacting >= used.overactingAt;
    return { step, signals, overthinking, overacting, sustained: alarming ? before.sustained + 1 : 0, inRut, judge: said && judge };
  };
  const all = judged(judge);
  const { overthinking, overacting, sustained } = all;
  const { verdict, hard } = verdictOf(all, used);
  const alone = judge !== null && isAlarm(verdict) && !isAlarm(verdictOf(judged(null), used).verdict);
  return {
    report: {
      step: step.step, overthinking, overacting, verdict, hard, reasons: verdict === 'ok' ? [] : reasons(signals, judge),
      ...(judge && { judge: { step: judge.step, label: judge.label, confidence: judge.confidence, confirmed: judge.confirmed, alone } }),
    },
    state: {
      overthinking: round(scores.overthinking),
      overacting: round(scores.overacting),
      stepsSinceProgress: scores.stepsSinceProgress,
      thinkingBaseline: extendBaseline(before.thinkingBaseline, step.thinkingTokens),
      sustained,
      recent: signals.recent,
    },
  };
}

function fold(signals: Signals, before: DriftState, config: DriftConfig): Pick<DriftState, 'overthinking' | 'overacting' | 'stepsSinceProgress'> {
  // Progress halves what had been gathered against the agent.
  const kept = signals.progress ? 0.5 : 1;
  const next = (score: number, evidence: number): number => clip(kept * score + config.alpha * (evidence - kept * score));
  return {
    overthinking: next(before.overthinking, signals.overthinking),
    overacting: next(before.overacting, signals.overacting),
    stepsSinceProgress: signals.stepsSinceProgress,
  };
}

function reasons(signals: Signals, judge: JudgeSource | null): DriftReason[] {
  return [...signals.all, ...judgeSignal(judge)]
    .filter(({ value, steps }) => value > 0 && steps.length > 0)
    .sort((a, b) => Number(b.hard) - Number(a.hard) || b.value - a.value)
    .slice(0, MAX_REASONS)
    .map(({ name, value, steps }) => ({ signal: name, value: round(value), steps: steps.slice(-MAX_STEPS) }));
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
