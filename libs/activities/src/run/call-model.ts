import { HoldfastError, type ModelCall, type ModelMoved, type ModelOutcome, PRIORITY_KEYS, type RoutedCall } from '#contracts';
import { changeStatus, MODEL_CALL, readUnreadCount, waitsAlready, withTx } from '#store';
import { learnRatio } from '../memory/calibration.js';
import { chooseRoute, fallbackOf, movedElsewhere, moveRun } from '../models/choose-route.js';
import { isRuntimeFailure } from '../models/model-gate.js';
import { leaningRead, readOff } from './activation.js';
import { adopt } from './adopt.js';
import { askAhead } from './ask-ahead.js';
import { type Asked, askModel } from './ask-model.js';
import type { Delivery } from './delivery.js';
import type { RunDeps } from './deps.js';
import { isUnreadable, unread } from './generate.js';
import { type Opened, openTurn } from './open-turn.js';
import type { Refused } from './refused-calls.js';
import { settleTurn } from './settle-turn.js';

/**
 * The model's turn of one attempt: opens the attempt, asks the runtime with the messages of the branch that fit, and
 * commits what came back. A result that an earlier delivery already committed is returned as it is.
 */
export async function callModel(deps: RunDeps, call: RoutedCall, delivery: Delivery): Promise<ModelOutcome | ModelMoved> {
  const refused = await refuseAgain(deps, call, delivery);
  if (refused) return refused;
  const early = call.routed ? chooseRoute(deps.gate, call, deps.model, delivery.queue) : null;
  const elsewhere = early && movedElsewhere(call, early, delivery.queue);
  if (elsewhere) return await moveRun(deps, call, early, elsewhere);
  const opening = openTurn(deps, call, delivery.delivery);
  const ahead = askAhead(deps, call, delivery, opening);
  const opened = await opening;
  if (opened.turn.done) return opened.turn.done;
  const asked = await (ahead?.answerTo(opened) ?? askModel(deps, call, delivery, opened));
  if ('kind' in asked) return asked;
  return 'error' in asked.answer ? await withoutAnswer(deps, call, delivery, opened, asked, asked.answer.error) : await settle(deps, call, opened, asked, asked.answer);
}

/** A call that this gate refused and whose runtime is still down: nothing has changed for it but that somebody may want something of the run. */
async function refuseAgain(deps: RunDeps, call: RoutedCall, delivery: Delivery): Promise<ModelOutcome | ModelMoved | null> {
  const { gate } = deps;
  const refused = gate.refused.find(call);
  if (!refused) return null;
  try {
    await gate.assertUp(refused.route.runtimeId);
  } catch (error) {
    return await goElsewhereOrWait(deps, call, delivery, refused, error);
  }
  gate.refused.forget(call);
  return null;
}

async function settle(deps: RunDeps, call: ModelCall, { agent, context, turn }: Opened, { route, activation, words, measure, estimated, compact, ms }: Asked, { generated }: Extract<Asked['answer'], { generated: unknown }>): Promise<ModelOutcome> {
  const { result } = generated;
  try {
    await learnRatio(deps.pool, measure, estimated, result.promptTokens);
    return withCompact(await settleTurn(deps, call, { agent, context, ...generated, activation: readOff(activation, result), projection: leaningRead(activation, result), route, turn, words, ms }), compact);
  } catch (error) {
    return adopt<ModelOutcome>(deps, { ...call, call: MODEL_CALL }, error);
  }
}

async function withoutAnswer(deps: RunDeps, call: RoutedCall, delivery: Delivery, { agent, context, turn }: Opened, { route, role, activation, words, ms }: Asked, error: unknown): Promise<ModelOutcome | ModelMoved> {
  if (isUnreadable(error)) return await settleTurn(deps, call, { agent, context, ...unread(error), route, turn, words, ms });
  return await goElsewhereOrWait(deps, call, delivery, { route, role, steered: activation !== null, priority: delivery.priority ?? PRIORITY_KEYS.interactive }, error);
}

/** The runtime gave no answer: another one is asked where there is one, else the call waits for this one. */
async function goElsewhereOrWait(deps: RunDeps, call: RoutedCall, { delivery }: Delivery, refused: Refused, error: unknown): Promise<ModelOutcome | ModelMoved> {
  const { gate } = deps;
  const { route, role, steered, priority } = refused;
  const moved = isRuntimeFailure(error) && !steered ? fallbackOf(gate, call, route, delivery, role) : null;
  const left = moved ?? (await noteUnavailable(deps, call, error));
  if (left) {
    gate.refused.forget(call);
    return left;
  }
  const waits = error as HoldfastError;
  if (!gate.isPaused(route.runtimeId)) throw waits;
  gate.refused.note(call, refused);
  throw new HoldfastError(waits.code, waits.message, { cause: waits, retryAfterMs: gate.refused.retryAfterMs(priority, delivery) });
}

/** Whether room must be made is not of the outcome that a redelivery adopts: the next call says it again. */
function withCompact(outcome: ModelOutcome, compact: number | undefined): ModelOutcome {
  return compact === undefined || (outcome.kind !== 'calls' && outcome.kind !== 'closed') ? outcome : { ...outcome, compact };
}

/**
 * The runtime is down or lacks the model: the run says so and the call is tried again; where somebody wants something
 * of the run, that comes first.
 * @returns null where the call is to be tried again
 * @throws `error` where a further try would not mend it
 */
async function noteUnavailable(deps: RunDeps, call: ModelCall, error: unknown): Promise<ModelOutcome | null> {
  if (!(error instanceof HoldfastError) || !error.retryable) throw error;
  const { changed, unread } = await withTx(deps.pool, call.tenantId, async (tx) => {
    // Of a hundred tries while a runtime is away, one has something to write.
    const changed = !(await waitsAlready(tx, call, error.code)) && (await changeStatus(tx, call, ['running', 'waiting_runtime'], 'waiting_runtime', { code: error.code, detail: error.message }));
    return { changed, unread: await readUnreadCount(tx, call) };
  });
  if (changed) deps.notifier.announce(call.runId, 0);
  return unread > 0 ? { kind: 'interrupted', tokens: 0, unread } : null;
}
