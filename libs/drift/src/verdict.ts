import type { JudgeSource, StepDigest, Verdict } from '#contracts';
import type { DriftConfig } from './config.js';
import type { Signals } from './signals/read-signals.js';

export type Judged = { step: StepDigest; signals: Signals; overthinking: number; overacting: number; sustained: number; inRut: boolean; judge: JudgeSource | null };

/** Verdicts that something may be done about. */
export const isAlarm = (verdict: Verdict): boolean => verdict !== 'ok' && verdict !== 'suspect' && verdict !== 'premature_finish';

/** How much a judge who was asked twice has to say for an alarm of its own. */
const CONFIRMED_AT = 0.6;

/**
 * The harness's own faults come first, since they look like drift and are none. Hard flags are enough for an alarm at
 * once; scores have to stay up for as long as `sustain` says, and are `suspect` until then.
 */
export function verdictOf({ step, signals, overthinking, overacting, sustained, inRut, judge }: Judged, config: DriftConfig): { verdict: Verdict; hard: boolean } {
  const early = step.step < config.firstStep;
  if (signals.harnessFault.hard || signals.misplacedResults.hard) return { verdict: 'harness_fault', hard: true };
  if (signals.degenerateText.hard) return { verdict: 'degenerate', hard: true };
  if (signals.prematureFinish.value > 0) return { verdict: 'premature_finish', hard: false };
  // An agent's own measures carry their own thresholds.
  if (signals.told.some((s) => s.hard)) return { verdict: 'overacting', hard: true };
  if (signals.exactRepeat.hard) return { verdict: 'overacting', hard: true };
  if (!early && (signals.cycle.hard || signals.errorStreak.hard)) return { verdict: 'overacting', hard: true };
  // Two samples that agree are as good as two evaluations in a row.
  if (!early && judge?.confirmed && (judge.label === 'overthinking' || judge.label === 'overacting') && judge[judge.label] >= CONFIRMED_AT) return { verdict: judge.label, hard: false };
  if (!early && sustained >= config.sustain) {
    if (overthinking >= config.overthinkingAt && overthinking >= overacting) return { verdict: 'overthinking', hard: false };
    if (overacting >= config.overactingAt) return { verdict: 'overacting', hard: false };
    if (overthinking >= config.overthinkingAt) return { verdict: 'overthinking', hard: false };
    if (inRut) return { verdict: 'overacting', hard: false };
  }
  return { verdict: inRut || Math.max(overthinking, overacting) >= config.suspectAt ? 'suspect' : 'ok', hard: false };
}
