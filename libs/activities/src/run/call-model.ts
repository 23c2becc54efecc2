import { type ChatMessage, type ChatResult, HoldfastError, type ModelCall, type ModelOutcome, type NewEvent, type Sampling, type Steering } from '#contracts';
import { nudgeText } from '#drift';
import { createDegenerateDetector, CutGeneration } from '#models';
import { appendEvents, changeStatus, dropChunks, getJson, insertMessages, openAttempt, readHistory, readStepInbox, readTurn, readUnreadCount, type Turn, withTx, WORDS_ORDINAL } from '#store';
import type { AgentImplementation, TurnContext, TurnPlan } from '../agent.js';
import { assemble, DEFAULT_OUTPUT_TOKENS, historyBudget, tokensOf } from './context.js';
import type { RunDeps } from './deps.js';
import { settleTurn } from './settle-turn.js';
import { createStreamWriter } from './stream.js';

/** One delivery of a model call: `signal` ends it, `delivery` counts Temporal's tries from 1. */
export type Delivery = { signal: AbortSignal; delivery: number };

/**
 * The model's turn of one attempt: opens the attempt, asks the runtime with the messages of the branch that fit, and
 * commits what came back. A result that an earlier delivery already committed is returned as it is.
 */
export async function callModel(deps: RunDeps, call: ModelCall, { signal, delivery }: Delivery): Promise<ModelOutcome> {
  const opened = await open(deps, call, delivery);
  if (opened.turn.done) return opened.turn.done;
  const { agent, context } = opened;
  const plan = await agent.prepareTurn(context);
  const sampling = samplingOf(agent, opened.turn, plan, call.steering);
  const extra = steeringWords(call.steering);
  const messages = await gather(deps, call, plan, sampling, [...opened.words, ...extra]);
  const started = Date.now();
  let result: ChatResult;
  try {
    result = await generate(deps, call, delivery, signal, { model: opened.turn.model, messages, plan, sampling });
  } catch (error) {
    return await noteUnavailable(deps, call, error);
  }
  return settleTurn(deps, call, { agent, context, result, turn: opened.turn, ms: Date.now() - started });
}

type Opened = { turn: Turn; agent: AgentImplementation; context: TurnContext; words: ChatMessage[] };

async function open(deps: RunDeps, call: ModelCall, delivery: number): Promise<Opened> {
  const { opened, lastSeq } = await withTx(
    deps.pool,
    call.tenantId,
    async (tx) => {
      const turn = await readTurn(tx, call, call.parent);
      if (!turn) throw new HoldfastError('not_found', 'The run or its checkpoint does not exist.');
      const agent = deps.agents.get(turn.agent);
      if (!agent) throw new HoldfastError('unknown_agent', `This worker has no agent ${turn.agent}.`);
      const context: TurnContext = {
        tenantId: call.tenantId,
        runId: call.runId,
        step: call.step,
        attempt: call.attempt,
        input: await getJson(tx, call.tenantId, turn.inputHash),
        state: await getJson(tx, call.tenantId, turn.stateHash),
        corpusId: turn.corpusId,
        rejection: turn.rejection?.reason ?? null,
        deps: { pool: deps.pool, runtime: deps.runtime, search: deps.search },
      };
      if (turn.done) return { opened: { turn, agent, context, words: [] }, lastSeq: 0 };
      const head = await appendEvents(tx, call, startEvents(call, delivery));
      await openAttempt(tx, call, call.parent, turn.model, call.steering ?? null);
      if (delivery > 1 || call.attempt > 1) await dropChunks(tx, call);
      const words = turn.inboxSeq > 0 ? await readStepInbox(tx, call, call.step) : [];
      if (words.length) await insertMessages(tx, call, words.map((w) => ({ ordinal: WORDS_ORDINAL + w.n, message: w.message, tokens: tokensOf(w.message) })));
      return { opened: { turn, agent, context, words: words.map((w) => w.message) }, lastSeq: head.lastSeq };
    },
    // A redelivery writes these rows again, should the machine fail before they reach the disk.
    { durable: false },
  );
  if (lastSeq) deps.notifier.announce(call.runId, lastSeq);
  return opened;
}

function startEvents(call: ModelCall, delivery: number): NewEvent[] {
  const at = { step: call.step, attempt: call.attempt };
  if (delivery > 1 || call.attempt > 1) return [{ type: 'step.attempt_reset', ...at, data: { delivery } }];
  const started: NewEvent = { type: 'step.started', ...at, data: { parent: call.parent } };
  if (!call.steering) return [started];
  const { rung, step, verdict, holdout, toStep } = call.steering;
  return [{ type: 'steering.applied', ...at, data: { rung, report: step, verdict, holdout, ...(toStep === undefined ? {} : { toStep }) } }, started];
}

/** The agent's sampling, then the run's, the turn's, and what steering asks for. A later attempt draws another seed. */
function samplingOf(agent: AgentImplementation, turn: Turn, plan: TurnPlan, steering: Steering | undefined): Sampling {
  return { ...agent.contract.sampling, ...turn.sampling, ...plan.sampling, ...(steering && !steering.holdout ? steering.sampling : {}) };
}

function steeringWords(steering: Steering | undefined): ChatMessage[] {
  if (!steering || steering.holdout) return [];
  if (steering.rung !== 'nudge' && steering.rung !== 'rewind') return [];
  return [{ role: 'user', content: nudgeText(steering) }];
}

async function gather(deps: RunDeps, call: ModelCall, plan: TurnPlan, sampling: Sampling, extra: ChatMessage[]): Promise<ChatMessage[]> {
  const budget = historyBudget(deps.contextTokens, sampling, plan, extra);
  if (plan.history === 'none') return assemble(plan, { messages: [], omitted: false }, extra);
  const history = await withTx(deps.pool, call.tenantId, (tx) => readHistory(tx, call, call.parent, budget));
  return assemble(plan, history, extra);
}

async function generate(deps: RunDeps, call: ModelCall, delivery: number, signal: AbortSignal, ask: { model: string; messages: ChatMessage[]; plan: TurnPlan; sampling: Sampling }): Promise<ChatResult> {
  const writer = createStreamWriter(deps, call, delivery);
  const detector = createDegenerateDetector();
  const cut = new AbortController();
  const sampling = { ...ask.sampling, maxTokens: ask.sampling.maxTokens ?? DEFAULT_OUTPUT_TOKENS };
  if (call.attempt > 1 && sampling.seed !== undefined) sampling.seed += call.attempt - 1;
  try {
    return await deps.runtime.chat(
      { model: ask.model, messages: ask.messages, sampling, contextTokens: deps.contextTokens, ...(ask.plan.format ? { format: ask.plan.format } : {}), ...(ask.plan.tools ? { tools: ask.plan.tools } : {}) },
      {
        signal: AbortSignal.any([signal, cut.signal]),
        onDelta: (delta) => {
          writer.push(delta);
          if (detector.push(delta.text)) cut.abort(new CutGeneration('degenerate'));
        },
      },
    );
  } finally {
    await writer.close();
  }
}

/**
 * The runtime is down or lacks the model: the run says so and the call is tried again; where somebody wants something
 * of the run, that comes first.
 */
async function noteUnavailable(deps: RunDeps, call: ModelCall, error: unknown): Promise<ModelOutcome> {
  if (!(error instanceof HoldfastError) || !error.retryable) throw error;
  const unread = await withTx(deps.pool, call.tenantId, async (tx) => {
    await changeStatus(tx, call, ['running'], 'waiting_runtime', { code: error.code, detail: error.message });
    return readUnreadCount(tx, call);
  });
  deps.notifier.announce(call.runId, 0);
  if (unread > 0 && call.attempt === 1) return { kind: 'interrupted', tokens: 0, unread };
  throw error;
}
