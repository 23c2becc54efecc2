import { HoldfastError, type ModelCall, type NewEvent } from '#contracts';
import { appendEvents, dropChunks, insertMessages, loadJson, lockRun, openAttempt, readStepInbox, readTurn, type StoredMessage, type Turn, type Tx, withTx, WORDS_ORDINAL } from '#store';
import type { AgentImplementation, TurnContext } from '../agent.js';
import { tokensOf } from './context.js';
import type { RunDeps } from './deps.js';
import { restorePlaces } from './restore.js';

/** A step's attempt that is open, with what its turn is made of. */
export type Opened = { turn: Turn; agent: AgentImplementation; context: TurnContext; words: StoredMessage[] };

/**
 * Opens the attempt and reads what its turn needs; of a redelivery also what an earlier one wrote.
 * @throws HoldfastError `attempt_closed`, `state_diverged`
 */
export async function openTurn(deps: RunDeps, call: ModelCall, delivery: number): Promise<Opened> {
  const first = delivery === 1 && !call.again;
  // A redelivery writes these rows again, should the machine fail before they reach the disk.
  const again = (): Promise<OpenRows> => withTx(deps.pool, call.tenantId, (tx) => openAgain(tx, call, delivery), { durable: false });
  // A first delivery that comes to an attempt that is open, or to a closed step, is of a Temporal that was restored: it
  // goes on as a redelivery would.
  const { turn: found, lastSeq } = first ? await withTx(deps.pool, call.tenantId, (tx) => openFirst(tx, call), { durable: false, oneFlight: true }).catch((error: unknown) => (isClosed(error) ? again() : Promise.reject(error as Error))) : await again();
  const words = found.inboxSeq && !found.done ? await withTx(deps.pool, call.tenantId, (tx) => takeUpWords(tx, call)) : [];
  const agent = agentOf(deps, found);
  const turn = found.done ? found : await restorePlaces(deps, call, agent, found);
  if (lastSeq) deps.notifier.announce(call.runId, lastSeq);
  return opened(deps, call, turn, words);
}

function agentOf(deps: RunDeps, { agent: name }: Turn): AgentImplementation {
  const agent = deps.agents.get(name);
  if (!agent) throw new HoldfastError('unknown_agent', `This worker has no agent ${name}.`);
  return agent;
}

/** A turn with what its agent is asked with. */
export async function opened(deps: RunDeps, call: ModelCall, turn: Turn, words: StoredMessage[]): Promise<Opened> {
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
  return { turn, agent: agentOf(deps, turn), context, words };
}

const isClosed = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'attempt_closed';

type OpenRows = { turn: Turn; lastSeq: number };

/** Nothing of a first delivery can be there already, so all goes out at once. */
async function openFirst(tx: Tx, call: ModelCall): Promise<OpenRows> {
  const [turn, head] = await Promise.all([readTurn(tx, call, call.parent), appendEvents(tx, call, startEvents(call, 1)), openAttempt(tx, call, call.parent, call.steering ?? null, true)]);
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
