import type { DriftReason, DriftReport, DriftState, StepDigest } from '#contracts';
import { DEFAULT_CONFIG, type DriftConfig } from './config.js';
import { historyOf } from './history.js';
import { readSignals, type Signals } from './signals/read-signals.js';
import { extendBaseline } from './signals/thought.js';
import { clip } from './signals/signal.js';
import { verdictOf } from './verdict.js';

const FRESH: DriftState = { overthinking: 0, overacting: 0, stepsSinceProgress: 0, thinkingBaseline: [0, 0], sustained: 0 };
const MAX_REASONS = 3;
const MAX_STEPS = 6;
/** The most that the running scores can say: the rest of the certainty would be other sources'. */
const WEIGHT = 0.9;

/**
 * Judges a step by its digest and those of its ancestors (newest first), and folds the run's scores. Pure: the same
 * arguments give the same answer. `prev` is the state that the parent's checkpoint carries, null at the start.
 */
export function evaluateStep(step: StepDigest, window: StepDigest[], prev: DriftState | null, config: Partial<DriftConfig> = {}): { report: DriftReport; state: DriftState } {
  const used = { ...DEFAULT_CONFIG, ...config };
  const before = prev ?? FRESH;
  const signals = readSignals(historyOf(step, window), before, used);
  const scores = fold(signals, before, used);
  const overthinking = round(WEIGHT * scores.overthinking);
  const overacting = round(1 - (1 - WEIGHT * scores.overacting) * (1 - 0.6 * signals.toolEntropy.value));
  const inRut = used.rutAt !== null && signals.rut.value >= used.rutAt;
  const alarming = inRut || overthinking >= used.overthinkingAt || overacting >= used.overactingAt;
  const sustained = alarming ? before.sustained + 1 : 0;
  const { verdict, hard } = verdictOf({ step, signals, overthinking, overacting, sustained, inRut }, used);
  return {
    report: { step: step.step, overthinking, overacting, verdict, hard, reasons: verdict === 'ok' ? [] : reasons(signals) },
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

function reasons(signals: Signals): DriftReason[] {
  return [...signals.all]
    .filter(({ value, steps }) => value > 0 && steps.length > 0)
    .sort((a, b) => Number(b.hard) - Number(a.hard) || b.value - a.value)
    .slice(0, MAX_REASONS)
    .map(({ name, value, steps }) => ({ signal: name, value: round(value), steps: steps.slice(-MAX_STEPS) }));
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
