import type { DriftReport } from '#contracts';

/** Signals that compare a step with an earlier one: the earlier one was no drift, and is the place to go back to. */
const FIRST_IS_CLEAN = new Set(['exactRepeat', 'nearRepeat', 'staleResult', 'cycle', 'thoughtRedundancy', 'churn', 'editRevert']);

/**
 * The checkpoint before the first drifting step: the last one that passed, or, where that is older, the one before what
 * the alarm's main reason rests on. A step passes for as long as nothing repeats it, so the last `ok` may be drift too.
 * @param trail steps of the branch, oldest first, as far back as is known
 */
export function cleanCheckpoint(report: DriftReport, goodCheckpoint: number, trail: readonly number[]): number {
  const main = report.reasons[0];
  if (!main || main.steps.length === 0) return goodCheckpoint;
  const first = Math.min(...main.steps);
  if (FIRST_IS_CLEAN.has(main.signal)) return Math.min(goodCheckpoint, first);
  return Math.min(goodCheckpoint, trail.findLast((step) => step < first) ?? first);
}
