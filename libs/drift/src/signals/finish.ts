import type { History } from '../history.js';
import { silent, type Signal } from './signal.js';

/** The run ended with a change that was not tried out, by an agent that tries things out. */
export function prematureFinish({ step, calls }: History): Signal {
  if (!step.finished) return silent('prematureFinish');
  const changed = calls.findIndex(({ kind }) => kind === 'mutate');
  const tried = calls.findIndex(({ kind }) => kind === 'exec');
  if (changed < 0 || tried < 0 || tried < changed) return silent('prematureFinish');
  return { name: 'prematureFinish', value: 1, steps: [calls[changed]?.step ?? step.step], hard: false };
}
