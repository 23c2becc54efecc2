import type { DriftState } from '#contracts';
import { TEXT_SKETCH } from '../digest/digest.js';
import { overlap } from '../digest/sketch.js';
import type { History } from '../history.js';
import { stepsOf } from '../history.js';
import { clip, silent, type Signal } from './signal.js';

const THOUGHTS = 8;
const SOFT = 0.5;

/** What the model wrote says again what it wrote in one of the last eight steps. */
export function thoughtRedundancy({ step, steps }: History): Signal {
  let best = silent('thoughtRedundancy');
  for (const earlier of steps.slice(1, THOUGHTS + 1)) {
    const value = overlap(step.text, earlier.text, TEXT_SKETCH);
    if (value >= SOFT && value > best.value) best = { ...best, value, steps: [earlier.step, step.step] };
  }
  return best;
}

/** Spread of thinking that is ordinary, as a share of the mean, where only the mean is kept. */
const SPREAD = 0.5;
const FLOOR_TOKENS = 16;
const MIN_BASELINE = 4;

/** Thinks far more than in the run's first steps; full at four times the ordinary spread. */
export function thinkRatio({ step }: History, [mean, count]: DriftState['thinkingBaseline']): Signal {
  if (count < MIN_BASELINE) return silent('thinkRatio');
  const value = clip((step.thinkingTokens - mean) / (SPREAD * mean + FLOOR_TOKENS) / 4);
  return value === 0 ? silent('thinkRatio') : { name: 'thinkRatio', value, steps: [step.step], hard: false };
}

const BASELINE_STEPS = 8;

/** The baseline with one more step, frozen after the run's first eight. */
export function extendBaseline([mean, count]: DriftState['thinkingBaseline'], thinkingTokens: number): DriftState['thinkingBaseline'] {
  if (count >= BASELINE_STEPS) return [mean, count];
  return [Math.round((mean * count + thinkingTokens) / (count + 1)), count + 1];
}

/** Turns in a row without a call and without an end. */
export function monologue({ steps }: History): Signal {
  const acted = steps.findIndex(({ calls, finished }) => calls.length > 0 || finished);
  const row = acted < 0 ? steps : steps.slice(0, acted);
  return row.length < 2 ? silent('monologue') : { name: 'monologue', value: clip((row.length - 1) / 2), steps: stepsOf(row), hard: false };
}
