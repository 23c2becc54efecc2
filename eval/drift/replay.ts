import type { DriftReport, DriftState, StepDigest } from '#contracts';
import { DEFAULT_CONFIG, type DriftConfig, evaluateStep, type RutParts, rutPartsOf, rutValue } from '#drift';

/** Judges a run prefix by prefix, as it would have been judged while it ran. */
export function replay(steps: StepDigest[], toolCount: number, config: Partial<DriftConfig> = {}): DriftReport[] {
  let state: DriftState | null = null;
  return steps.map((step, i) => {
    const judged = evaluateStep(step, steps.slice(Math.max(0, i - 12), i).reverse(), state, { toolCount, ...config });
    state = judged.state;
    return judged.report;
  });
}

/** What the rut would add up after each step. */
export function rutSeries(steps: StepDigest[]): RutParts[] {
  let state: DriftState | null = null;
  return steps.map((step, i) => {
    ({ state } = evaluateStep(step, steps.slice(Math.max(0, i - 12), i).reverse(), state));
    return rutPartsOf(state);
  });
}

/** How deep in a rut the run is after each step, in [0,1]: what the thresholds by false-alarm budget are set on. */
export const rutScores = (steps: StepDigest[]): number[] => rutSeries(steps).map((parts) => rutValue(parts, DEFAULT_CONFIG.rutWeights));

export const firstAlarm = (reports: DriftReport[]): number | null => reports.find(({ verdict }) => !['ok', 'suspect', 'premature_finish'].includes(verdict))?.step ?? null;

/** Chance that a positive scores above a negative, ties counted half; null where either is missing. */
export function auc(positive: number[], negative: number[]): number | null {
  if (positive.length === 0 || negative.length === 0) return null;
  let wins = 0;
  for (const p of positive) for (const n of negative) wins += p > n ? 1 : p === n ? 0.5 : 0;
  return wins / (positive.length * negative.length);
}
