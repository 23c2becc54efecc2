import type { StepView } from '#client';

/** What the plot draws: one column per step; scores of steps that the run has left are in columns of their own. */
export type PlotData = { steps: number[]; columns: [number[], ...(number | null)[][]]; marks: Mark[] };
/** A steering action: at which step it took effect, what it was, and where it led. */
export type Mark = { step: number; rung: string; words: string };

export function plotData(steps: readonly StepView[], branch: ReadonlySet<number>): PlotData {
  const seen = steps.filter(({ drift }) => drift !== null);
  const x = seen.map(({ step }) => step);
  const column = (axis: 'overthinking' | 'overacting', on: boolean): (number | null)[] => seen.map((step) => (branch.has(step.step) === on ? step.drift![axis] : null));
  const marks = steps.flatMap(({ step, steering }) => (steering && steering.rung !== 'none' ? [{ step, rung: steering.rung, words: wordsOf(step, steering) }] : []));
  return { steps: x, columns: [x, column('overthinking', true), column('overacting', true), column('overthinking', false), column('overacting', false)], marks };
}

function wordsOf(step: number, steering: NonNullable<StepView['steering']>): string {
  const what = steering.rung.replaceAll('_', ' ');
  if (steering.holdout) return `${what} at step ${step}, held out`;
  return steering.toStep === undefined ? `${what} at step ${step}` : `${what} at step ${step}, back to ${steering.toStep}`;
}

/** The step of the plot that is nearest to `wanted`. */
export function nearest(steps: readonly number[], wanted: number): number | undefined {
  let best: number | undefined;
  for (const step of steps) if (best === undefined || Math.abs(step - wanted) < Math.abs(best - wanted)) best = step;
  return best;
}
