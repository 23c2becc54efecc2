import { type ChatMessage, HoldfastError, type ModelCall, type ModelMoved, type ModelOutcome, type ModelRole, type NewEvent, PRIORITY_KEYS, type Route, type RoutedCall, type Sampling, type Steering } from '#contracts';
import { nudgeText } from '#drift';
import { appendEvents, changeStatus, dropChunks, insertMessages, loadJson, lockRun, MODEL_CALL, type NewCandidate, noteWorld, openAttempt, readStepInbox, readTurn, readUnreadCount, type StoredMessage, type Turn, type Tx, withTx, WORDS_ORDINAL } from '#store';
import type { AgentImplementation, TurnContext, TurnPlan } from '../agent.js';
import { chooseRoute, fallbackOf, movedElsewhere, movedForRole, moveRun } from '../models/choose-route.js';
import { isRuntimeFailure } from '../models/model-gate.js';
import { learnRatio } from '../memory/calibration.js';
import { activationOf, leaningRead, readOff } from './activation.js';
import { adopt } from './adopt.js';
import { gatherContext, tokensOf } from './context.js';
import type { RunDeps } from './deps.js';
import { drawTurn } from './best-of.js';
import { gated, gateWords } from './gate-tools.js';
import { type Generated, isUnreadable, unread } from './generate.js';
import { nearLimit } from './near-limit.js';
import { restorePlaces } from './restore.js';
import { settleTurn } from './settle-turn.js';
import { offerUndone } from './undone.js';

/** One delivery of a model call: `signal` ends it, `delivery` counts Temporal's tries from 1. */
export type Delivery = { signal: AbortSignal; delivery: number; /** The queue that it came by, and its priority there. */ queue?: string; priority?: number };

/**
 * The model's turn of one attempt: opens the attempt, asks the runtime with the messages of the branch that fit, and
 * commits what came back. A result that an earlier delivery already committed is returned as it is.
 */
export async function callModel(deps: RunDeps, call: RoutedCall, { signal, delivery, queue, priority = PRIORITY_KEYS.interactive }: Delivery): Promise<ModelOutcome | ModelMoved> {
  const early = call.routed ? chooseRoute(deps.gate, call, deps.model, queue) : null;
  const elsewhere = early && movedElsewhere(call, early, queue);
  if (elsewhere) return await moveRun(deps, call, early, elsewhere);
  const opened = await open(deps, call, delivery);
  if (opened.turn.done) return opened.turn.done;
  const { agent, context } = opened;
  const plan = gated(await withPrompt(deps, call, opened.turn, await agent.prepareTurn(context)), call, agent.contract);
  const role = roleOf(call, plan);
  if (plan.worldVersion !== undefined) await withTx(deps.pool, call.tenantId, (tx) => noteWorld(tx, call, plan.worldVersion!));
  const route = chooseRoute(deps.gate, call, opened.turn.model, queue, role);
  const forRole = role ? movedForRole(call, route, queue) : null;
  if (forRole) return forRole;
  requireTrusted(deps, agent, route);
  const activation = await activationOf(deps, call.tenantId, opened.turn, route);
  const sampling = samplingOf(agent, opened.turn, plan, call.steering);
  const extra = [...steeringWords(call.steering), ...gateWords(call, agent.contract), ...limitWords(call, opened.turn)];
  const measure = { tenantId: call.tenantId, model: route.model, runtimeId: route.runtimeId };
  const ask = { agent, measure, plan, sampling };
  const said = [...opened.words.map((w) => w.message), ...extra];
  const undone = await offerUndone(deps, call, { ...ask, context, extra: said });
  const words = [...opened.words, ...undone];
  const { messages, estimated, compact } = await gatherContext(deps, call, { ...ask, extra: [...undone.map((w) => w.message), ...said] });
  const started = Date.now();
  let generated: Generated & { candidates?: NewCandidate[] };
  try {
    generated = await drawTurn(deps, call, delivery, signal, { route, priority, messages, plan, sampling, activation }, { agent, context });
  } catch (error) {
    if (isUnreadable(error)) return await settleTurn(deps, call, { agent, context, ...unread(error), route, turn: opened.turn, words, ms: Date.now() - started });
    // A steered run waits for the runtime that can steer it.
    const moved = isRuntimeFailure(error) && !activation ? fallbackOf(deps.gate, call, route, delivery, role) : null;
    return moved ?? (await noteUnavailable(deps, call, error));
  }
  try {
    await learnRatio(deps.pool, measure, estimated, generated.result.promptTokens);
    return withCompact(await settleTurn(deps, call, { agent, context, ...generated, activation: readOff(activation, generated.result), projection: leaningRead(activation, generated.result), route, turn: opened.turn, words, ms: Date.now() - started }), compact);
  } catch (error) {
    return adopt<ModelOutcome>(deps, { ...call, call: MODEL_CALL }, error);
  }
}

/** A name that leads elsewhere, a fallback, a fork's other model: whatever chose the runtime, what patients said goes to listed ones only. */
function requireTrusted(deps: RunDeps, agent: AgentImplementation, route: Route): void {
  if (!agent.contract.sensitive || deps.maySeeSensitive?.(route.runtimeId) !== false) return;
  throw new HoldfastError('runtime_host_refused', `Runtime ${route.runtimeId} is neither on loopback nor in HOLDFAST_SENSITIVE_RUNTIMES, and the agent is for sensitive content.`);
}

/** Whether room must be made is not of the outcome that a redelivery adopts: the next call says it again. */
function withCompact(outcome: ModelOutcome, compact: number | undefined): ModelOutcome {
  return compact === undefined || (outcome.kind !== 'calls' && outcome.kind !== 'closed') ? outcome : { ...outcome, compact };
}

type Opened = { turn: Turn; agent: AgentImplementation; context: TurnContext; words: StoredMessage[] };

async function open(deps: RunDeps, call: ModelCall, delivery: number): Promise<Opened> {
  const first = delivery === 1 && !call.again;
  // A redelivery writes these rows again, should the machine fail before they reach the disk.
  const again = (): Promise<OpenRows> => withTx(deps.pool, call.tenantId, (tx) => openAgain(tx, call, delivery), { durable: false });
  // A first delivery that comes to a closed step is of a Temporal that was restored: what the step gave is adopted.
  const { turn: found, lastSeq } = first ? await withTx(deps.pool, call.tenantId, (tx) => openFirst(tx, call), { durable: false, oneFlight: true }).catch((error: unknown) => (isClosed(error) ? again() : Promise.reject(error as Error))) : await again();
  const words = found.inboxSeq && !found.done ? await withTx(deps.pool, call.tenantId, (tx) => takeUpWords(tx, call)) : [];
  const agent = deps.agents.get(found.agent);
  if (!agent) throw new HoldfastError('unknown_agent', `This worker has no agent ${found.agent}.`);
  const turn = found.done ? found : await restorePlaces(deps, call, agent, found);
  if (lastSeq) deps.notifier.announce(call.runId, lastSeq);
  const context: TurnContext = {
    tenantId: call.tenantId,
    runId: call.runId,
    step: call.step,
    attempt: call.attempt,
    input: await loadJson(deps.pool, call.tenantId, turn.inputHash),
    state: await loadJson(deps.pool, call.tenantId, turn.stateHash),
    corpusId: turn.corpusId,
    worldId: turn.worldId,
    rejection: turn.rejection?.reason ?? null,
    deps: { pool: deps.pool, runtime: deps.runtime, search: deps.search, contextTokens: deps.contextTokens },
  };
  return { turn, agent, context, words };
}

const isClosed = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'attempt_closed';

type OpenRows = { turn: Turn; lastSeq: number };

/** Nothing of a first delivery can be there already, so all goes out at once. */
async function openFirst(tx: Tx, call: ModelCall): Promise<OpenRows> {
  const [turn, head] = await Promise.all([readTurn(tx, call, call.parent), appendEvents(tx, call, startEvents(call, 1)), openAttempt(tx, call, call.parent, call.steering ?? null)]);
  return { turn: existing(turn), lastSeq: head.lastSeq };
}

async function openAgain(tx: Tx, call: ModelCall, delivery: number): Promise<OpenRows> {
  const turn = existing(await readTurn(tx, call, call.parent));
  if (turn.done) return { turn, lastSeq: 0 };
  // The earlier delivery may have ended before it opened the attempt, or what it wrote was lost with the server.
  const there = (turn.opened ?? 0) >= call.attempt;
  const head = await appendEvents(tx, call, there ? [resetEvent(call, delivery)] : startEvents(call, delivery));
  await openAttempt(tx, call, call.parent, call.steering ?? null);
  await dropChunks(tx, call);
  return { turn, lastSeq: head.lastSeq };
}

function existing(turn: Turn | null): Turn {
  if (!turn) throw new HoldfastError('state_diverged', 'The checkpoint that the next step hangs on is not in Postgres, which was restored to an earlier time than Temporal. Fork the run from its last step.');
  return turn;
}

/** What people said becomes part of the step; taking it up twice writes it once. */
async function takeUpWords(tx: Tx, call: ModelCall): Promise<StoredMessage[]> {
  await lockRun(tx, call);
  const words = (await readStepInbox(tx, call, call.step)).map((w) => ({ step: call.step, ordinal: WORDS_ORDINAL + w.n, message: w.message, tokens: tokensOf(w.message) }));
  // Of the step, whichever attempt it ends with.
  if (words.length) await insertMessages(tx, { ...call, attempt: 1 }, words);
  return words;
}

function startEvents(call: ModelCall, delivery: number): NewEvent[] {
  const at = { step: call.step, attempt: call.attempt };
  if (call.attempt > 1) return [resetEvent(call, delivery)];
  const started: NewEvent = { type: 'step.started', ...at, data: { parent: call.parent } };
  if (!call.steering) return [started];
  const { rung, step, verdict, holdout, toStep, turns, samples, role, skipped } = call.steering;
  return [{ type: 'steering.applied', ...at, data: { rung, report: step, verdict, holdout, ...(toStep === undefined ? {} : { toStep }), ...(turns && { turns }), ...(samples && { samples }), ...(role && { role }), ...(skipped && { skipped }) } }, started];
}

function resetEvent(call: ModelCall, delivery: number): NewEvent {
  return { type: 'step.attempt_reset', step: call.step, attempt: call.attempt, data: { delivery } };
}

/** After an escalation the turns of the main roles go to the larger model; what asks for sight or a judge still does. */
function roleOf(call: ModelCall, { role }: TurnPlan): ModelRole | undefined {
  return call.role && (role === undefined || role === 'main' || role === 'fast') ? call.role : role;
}

/** A fork may go with a prompt of its own. */
async function withPrompt(deps: RunDeps, call: ModelCall, turn: Turn, plan: TurnPlan): Promise<TurnPlan> {
  return turn.promptHash ? { ...plan, system: (await loadJson(deps.pool, call.tenantId, turn.promptHash)) as string } : plan;
}

/** The agent's sampling, then the run's, the turn's, and what steering asks for. A later attempt draws another seed. */
function samplingOf(agent: AgentImplementation, turn: Turn, plan: TurnPlan, steering: Steering | undefined): Sampling {
  return { ...agent.contract.sampling, ...turn.sampling, ...plan.sampling, ...(steering && !steering.holdout ? steering.sampling : {}) };
}

function limitWords(call: ModelCall, turn: Turn): ChatMessage[] {
  const seconds = turn.startedAt ? Math.floor((Date.now() - turn.startedAt.getTime()) / 1_000) : 0;
  const words = nearLimit(turn.limits, { steps: call.step - 1, tokens: turn.tokensUsed, seconds, toolCalls: turn.toolCallsUsed });
  return words ? [{ role: 'user', content: words }] : [];
}

function steeringWords(steering: Steering | undefined): ChatMessage[] {
  if (!steering || steering.holdout) return [];
  if (steering.rung !== 'nudge' && steering.rung !== 'rewind') return [];
  return [{ role: 'user', content: nudgeText(steering) }];
}

/**
 * The runtime is down or lacks the model: the run says so and the call is tried again; where somebody wants something
 * of the run, that comes first.
 */
async function noteUnavailable(deps: RunDeps, call: ModelCall, error: unknown): Promise<ModelOutcome> {
  if (!(error instanceof HoldfastError) || !error.retryable) throw error;
  const unread = await withTx(deps.pool, call.tenantId, async (tx) => {
    await changeStatus(tx, call, ['running', 'waiting_runtime'], 'waiting_runtime', { code: error.code, detail: error.message });
    return readUnreadCount(tx, call);
  });
  deps.notifier.announce(call.runId, 0);
  if (unread > 0) return { kind: 'interrupted', tokens: 0, unread };
  throw error;
}
