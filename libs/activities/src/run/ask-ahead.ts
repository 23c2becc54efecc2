import { isDeepStrictEqual } from 'node:util';
import type { ModelMoved, RoutedCall } from '#contracts';
import { type Asked, askModel } from './ask-model.js';
import type { Delivery } from './delivery.js';
import type { RunDeps } from './deps.js';
import { type Opened, opened } from './open-turn.js';

export interface AskedAhead {
  /** The answer where the turn turned out as it was expected; null where it did not, and the call is ended. */
  answerTo(found: Opened): Promise<Asked | ModelMoved> | null;
}

/**
 * Asks the model while the attempt is being opened, where this process left the step before and so can tell what the
 * turn will find (docs/decisions/0170). What was found decides: a call with anything else is ended and its answer
 * dropped, and nothing is written of it before the attempt is open.
 */
export function askAhead(deps: RunDeps, call: RoutedCall, delivery: Delivery, opening: Promise<Opened>): AskedAhead | null {
  const turn = delivery.delivery === 1 && !call.again && !call.steering && call.attempt === 1 ? (deps.cache.branch(call.runId, call.parent)?.expected ?? null) : null;
  if (!turn || call.parent !== call.step - 1) return null;
  const unwanted = new AbortController();
  const signal = AbortSignal.any([delivery.signal, unwanted.signal]);
  const answer = opened(deps, call, turn, []).then((expected) => askModel(deps, call, { ...delivery, signal, opening }, expected));
  answer.catch(() => undefined);
  const drop = (): null => {
    unwanted.abort(new Error('the turn is not what was expected'));
    return null;
  };
  opening.catch(drop);
  return { answerTo: (found) => (found.words.length === 0 && isDeepStrictEqual(found.turn, turn) ? answer : drop()) };
}
