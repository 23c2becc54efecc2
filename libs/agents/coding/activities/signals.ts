import type { ToldSignal } from '#contracts';
import type { CodingState } from '../contract.js';

/** Changes that are kept to look back on. */
export const TRAIL = 14;
/** Changes without a run of the tests: half of it is a hint, all of it an alarm. A careful edit of several files takes three or four. */
const UNTESTED = 8;
/** Lines by which the change may grow without a run of the tests; a new file of tests has seldom more. */
const GROWTH = 600;

/**
 * What the changes say of the agent's way, beyond what the drift library sees of calls and results: going back and
 * forth between trees, changing on without trying, a change that grows with nothing to show that it is right.
 */
export function signalsOf({ trail, changesUntested }: Pick<CodingState, 'trail' | 'changesUntested'>): ToldSignal[] {
  return [editRevert(trail), untested(trail, changesUntested), unproven(trail, changesUntested)].filter((s) => s !== null);
}

type Trail = CodingState['trail'];

function editRevert(trail: Trail): ToldSignal | null {
  const now = trail.at(-1)!;
  const before = trail.slice(0, -1);
  const there = before.find((t) => t.tree === now.tree);
  if (!there) return null;
  // To come back is to undo a try, of which there may be many; to make the very same change again is going round.
  const same = before.find((t, i) => i > 0 && t.tree === now.tree && trail[i - 1]!.tree === before.at(-1)!.tree);
  const steps = [...new Set([(same ?? there).step, now.step])];
  return { signal: 'editRevert', value: same ? 1 : 0.5, steps, hard: same !== undefined };
}

function untested(trail: Trail, changes: number): ToldSignal | null {
  if (changes < UNTESTED / 2) return null;
  return { signal: 'untested', value: Math.min(1, changes / UNTESTED), steps: stepsOf(trail.slice(-changes)), hard: changes >= UNTESTED };
}

function unproven(trail: Trail, changes: number): ToldSignal | null {
  const since = trail.slice(-changes - 1);
  const grown = (since.at(-1)?.lines ?? 0) - (since[0]?.lines ?? 0);
  // One large file is no drift; going on without a look at it is.
  if (changes < 3 || grown < GROWTH / 2) return null;
  return { signal: 'unproven', value: Math.min(1, grown / GROWTH), steps: stepsOf(since.slice(1)), hard: grown >= GROWTH };
}

const stepsOf = (trail: Trail): number[] => [...new Set(trail.map((t) => t.step))].slice(-6);
