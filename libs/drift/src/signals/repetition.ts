import type { DriftConfig } from '../config.js';
import { ARGS_SKETCH, RESULT_SKETCH } from '../digest/digest.js';
import { overlap } from '../digest/sketch.js';
import { looks, sameCall, stepsOf, type History, type PlacedCall } from '../history.js';
import { clip, silent, type Signal } from './signal.js';

const ALIKE = 0.9;

function sameResult(a: PlacedCall, b: PlacedCall): boolean {
  return a.result === b.result || overlap(a.sketch, b.sketch, RESULT_SKETCH) >= ALIKE;
}

/** The same call again and again, with the same result, nothing having changed between. */
export function exactRepeat(history: History, config: DriftConfig): Signal {
  const [newest, ...older] = history.calls;
  if (!newest || newest.at > 0) return silent('exactRepeat');
  const row = [newest];
  for (const call of older) {
    const last = row[row.length - 1] ?? newest;
    if (!sameCall(call, newest) || !sameResult(call, newest) || !(looks(call) || history.unchanged(last, call))) break;
    row.push(call);
  }
  const value = clip((row.length - 1) / (config.exactRepeats - 1));
  return { name: 'exactRepeat', value, steps: row.length > 1 ? stepsOf(row) : [], hard: row.length >= config.exactRepeats };
}

/** A call much like an earlier one of the same tool since the state last changed, and no news from it. */
export function nearRepeat(history: History, config: DriftConfig): Signal {
  let best = silent('nearRepeat');
  for (const now of history.calls) {
    if (now.at > 0) break;
    for (const then of history.calls) {
      if (then === now || then.tool !== now.tool || then.at === 0 || !history.unchanged(now, then)) continue;
      const value = sameCall(now, then) ? 1 : overlap(now.argsSketch ?? [], then.argsSketch ?? [], ARGS_SKETCH);
      if (value >= config.nearRepeat && value > best.value) best = { ...best, value, steps: stepsOf([then, now]) };
    }
  }
  return best;
}

/** A call that was made before and gave what it gave before. Half where the agent's state has changed since. */
export function staleResult(history: History): Signal {
  let best = silent('staleResult');
  for (const now of history.calls) {
    if (now.at > 0) break;
    for (const then of history.calls) {
      if (then === now || then.at === 0 || !sameCall(now, then) || now.result !== then.result) continue;
      const value = history.unchanged(now, then) ? 1 : looks(now) ? 0.5 : 0;
      if (value > best.value) best = { ...best, value, steps: stepsOf([then, now]) };
    }
  }
  return best;
}

const PERIODS = [2, 3, 4, 5];
const ROUNDS = 3;
/** The window holds no third round of a cycle of five. */
const MAX_SPAN = 12;

/** Calls and results that go round: three rounds of two to five calls, leaving the state where it was. */
export function cycle(history: History): Signal {
  const { calls, steps } = history;
  if (calls[0]?.at !== 0) return silent('cycle');
  for (const period of PERIODS) {
    const length = Math.min(ROUNDS * period, MAX_SPAN);
    const span = calls.slice(0, length);
    if (span.length < length) break;
    const goesRound = span.every((call, i) => i < period || (sameCall(call, span[i - period] ?? call) && call.result === span[i - period]?.result));
    const varied = span.slice(0, period).some((call) => !sameCall(call, span[0] ?? call));
    // A round that leaves another state behind each time may be getting somewhere.
    const roundTrip = span.every(looks) || steps[0]?.state === steps[span[period]?.at ?? 0]?.state;
    if (goesRound && varied && roundTrip) return { name: 'cycle', value: 1, steps: stepsOf(span), hard: true };
  }
  return silent('cycle');
}

/** The state went away from where it was and has come back. */
export function churn({ steps }: History): Signal {
  const now = steps[0]?.state;
  if (now === steps[1]?.state) return silent('churn');
  const back = steps.findIndex((step, at) => at > 1 && step.state === now);
  return back < 0 ? silent('churn') : { name: 'churn', value: 1, steps: [steps[back]?.step ?? 0, steps[0]?.step ?? 0], hard: false };
}
