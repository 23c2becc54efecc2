import type { History } from '../history.js';
import { stepsOf } from '../history.js';
import { clip, silent, type Signal } from './signal.js';

/** Errors of the agent's own making in a row; hard where the last three are the same and nothing changed between. */
export function errorStreak({ calls, unchanged }: History): Signal {
  if (calls[0]?.at !== 0) return silent('errorStreak');
  const good = calls.findIndex(({ error }) => error !== 'agent');
  const row = good < 0 ? calls : calls.slice(0, good);
  if (row.length < 2) return silent('errorStreak');
  const [now, before, first] = row;
  const stuck = now !== undefined && before !== undefined && first !== undefined && unchanged(now, first) && [before, first].every(({ tool, result }) => tool === now.tool && result === now.result);
  return { name: 'errorStreak', value: clip(row.length / 4), steps: stepsOf(row), hard: stuck };
}

/** Turns in a row that took more than one try to give valid output. */
export function malformedOutput({ steps }: History): Signal {
  const good = steps.findIndex(({ malformed }) => !malformed);
  const row = good < 0 ? steps : steps.slice(0, good);
  return { name: 'malformedOutput', value: clip(row.length / 4), steps: stepsOf(row), hard: false };
}

/** The text repeated itself without end and was cut. */
export function degenerateText({ step }: History): Signal {
  return step.degenerate ? { name: 'degenerateText', value: 1, steps: [step.step], hard: true } : silent('degenerateText');
}
