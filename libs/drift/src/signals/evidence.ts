import type { StepDigest } from '#contracts';
import type { DriftConfig } from '../config.js';
import { RESULT_SKETCH } from '../digest/digest.js';
import { containment } from '../digest/sketch.js';
import type { History } from '../history.js';
import { clip, type Signal } from './signal.js';

/**
 * Share of news in a step's results, in [0,1]: what the tool itself tells, else estimated from the sketches of earlier
 * results. 0 for a step without a call. Exempt calls are left out unless there is nothing else.
 */
export function evidenceGain({ step, steps }: History): number {
  const own = step.calls.filter(({ error }) => error !== 'infra');
  let gain = 0;
  for (const call of own) {
    if (call.gain !== null) {
      gain = Math.max(gain, call.gain);
      continue;
    }
    let news = 1;
    for (const earlier of steps.slice(1)) for (const past of earlier.calls) {
      if (past.result === call.result) news = 0;
      else if (news > 0) news = Math.min(news, 1 - containment(call.sketch, past.sketch, RESULT_SKETCH));
    }
    gain = Math.max(gain, news);
  }
  return gain;
}

/** Whether something has moved: a state that was not there before, or results that are mostly new. */
export function progressed(history: History, gain: number, config: DriftConfig): boolean {
  return gain >= config.progressGain || newState(history.steps);
}

function newState([now, ...before]: StepDigest[]): boolean {
  return now !== undefined && before.length > 0 && before.every(({ state }) => state !== now.state);
}

/** Steps without progress, full at ten. Only shown where it is long enough to be told. */
export function noProgress(history: History, stepsSinceProgress: number): Signal {
  const from = history.steps[Math.min(stepsSinceProgress, history.steps.length - 1)]?.step ?? history.step.step;
  const value = clip(stepsSinceProgress / 10);
  return { name: 'noProgress', value, steps: stepsSinceProgress > 1 ? [from, history.step.step] : [], hard: false };
}
