import type { History } from '../history.js';
import { RESULT_SKETCH } from '../digest/digest.js';
import { type PlacedCall, sameCall, stepsOf } from '../history.js';
import { silent, type Signal } from './signal.js';

const STEPS = 3;

/**
 * The model makes the same call from a prompt of exactly the same length, three steps in a row: what the calls returned
 * does not reach it, so the fault is the harness's (a role that the template does not know, a context that was cut).
 */
export function harnessFault({ steps, calls }: History): Signal {
  const last = steps.slice(0, STEPS);
  const prompt = last[0]?.promptTokens ?? 0;
  if (last.length < STEPS || prompt === 0 || last.some(({ promptTokens, calls: own }) => promptTokens !== prompt || own.length === 0)) return silent('harnessFault');
  const made = calls.filter(({ at }) => at < STEPS);
  const first = made[0];
  if (!first || made.some((call) => !sameCall(call, first)) || stepsOf(made).length < STEPS) return silent('harnessFault');
  return { name: 'harnessFault', value: 1, steps: stepsOf(last), hard: true };
}

/**
 * Three calls in a row are answered, word for word, with what three different earlier calls of the same tool were
 * answered with, although they ask for something else: results reach the wrong calls. Short answers (an empty list,
 * "written") say nothing.
 */
export function misplacedResults({ calls }: History): Signal {
  const row = calls.slice(0, STEPS);
  if (row.length < STEPS || row[0]?.at !== 0) return silent('misplacedResults');
  const owners = row.map((call) => ownerOf(call, calls));
  if (owners.some((owner) => owner === undefined) || new Set(row.map(({ result }) => result)).size < STEPS) return silent('misplacedResults');
  return { name: 'misplacedResults', value: 1, steps: stepsOf(row), hard: true };
}

/** The earlier call that a result was given to before, where that asked for something else and no earlier one asked for the same. */
function ownerOf(call: PlacedCall, calls: PlacedCall[]): PlacedCall | undefined {
  if (call.sketch.length < RESULT_SKETCH || call.error) return undefined;
  const earlier = calls.filter((then) => then.at > call.at && then.tool === call.tool && then.result === call.result);
  return earlier.some((then) => sameCall(then, call)) ? undefined : earlier[0];
}
