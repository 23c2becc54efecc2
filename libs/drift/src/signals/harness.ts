import type { History } from '../history.js';
import { sameCall, stepsOf } from '../history.js';
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
