import { type ChatMessage, type ChatResult, MAX_DIGEST_BYTES, type ModelCall, type Route, type ModelOutcome, type NewEvent, type PlannedCall, type ToolCallRequest, type ToolContract } from '#contracts';
import { digestTurn } from '#drift';
import { appendEvents, changeStatus, dropChunks, finishEffect, type HeadAfter, insertCandidates, insertMessages, keyedWords, MODEL_CALL, NO_PLACES, type NewActivation, type NewCandidate, type PartialDigest, recordTurn, saveActivation, type StoredMessage, type TokenCounts, type Turn, type Tx, withTx } from '#store';
import type { AgentImplementation, ParsedTurn, TurnContext } from '../agent.js';
import { type Checkpoint, prepareCheckpoint, stepEndOf } from './checkpoint.js';
import { tokensOf } from './context.js';
import type { RunDeps } from './deps.js';
import { spentTurn } from './expected-turn.js';
import { closedTool } from './gate-tools.js';
import type { OpenAttempt } from './run-cache.js';

export type Settled = {
  agent: AgentImplementation;
  context: TurnContext;
  result: ChatResult;
  turn: Turn;
  /** Where the call went, and why. */
  route: Route;
  /** People's words that the step took up. */
  words: StoredMessage[];
  /** Whether text was streamed, which goes with the commit. */
  streamed: boolean;
  ms: number;
  /** What was read off the model while it wrote, where the run is steered. */
  activation?: NewActivation | null;
  /** What of it counts for the drift scores. */
  projection?: PartialDigest['projection'];
  /** Why the turn is refused unseen, in words for the model. */
  refusal?: string;
  /** All turns that were drawn, the chosen one among them, where there were several. */
  candidates?: NewCandidate[];
};

/**
 * Commits the model's turn: message, tokens, ledger row and events in one transaction, under the run's lock and only
 * where the attempt is still open. A turn without a call closes its step here.
 */
export async function settleTurn(deps: RunDeps, call: ModelCall, s: Settled): Promise<ModelOutcome> {
  const parsed = readReply(s.agent, call, s);
  const spent = spentOn(s);
  const tokens = spent.prompt + spent.output;
  const calls = parsed.ok ? parsed.calls.map((c, i) => planned(s.agent, c, i)) : [];
  const message: ChatMessage = {
    role: 'assistant',
    content: parsed.ok ? parsed.text : s.result.content,
    ...(s.result.thinking ? { thinking: s.result.thinking } : {}),
    ...(parsed.ok && parsed.calls.length ? { toolCalls: parsed.calls } : {}),
  };
  const digest = partialDigest(deps, s, !parsed.ok);
  const stored: StoredMessage = { step: call.step, ordinal: 0, tokens: tokensOf(message), message };
  const messages = [...s.words, stored];
  const after = spentTurn(s.turn, tokens, calls.length);
  const closes = parsed.ok && calls.length === 0;
  const checkpoint = closes ? await prepareCheckpoint(deps, call, { digest, calls: [], parent: call.parent, stateHash: s.turn.stateHash, places: NO_PLACES, driftState: s.turn.driftState, finished: false, toolCount: s.agent.contract.tools.length, messages, judged: call.judged, turn: after }) : null;
  const outcome = outcomeOf(parsed, calls, tokens, checkpoint);
  const at = { step: call.step, attempt: call.attempt };
  const events: NewEvent[] = checkpoint ? checkpoint.events : calls.map((c) => ({ type: 'tool.called', ...at, data: { call: c.call, tool: c.tool } }));
  if (s.turn.status === 'waiting_runtime') await noteAnswered(deps, call);
  const write = async (tx: Tx): Promise<HeadAfter> => {
    const [head] = await Promise.all([
      appendEvents(tx, call, events),
      recordTurn(tx, call, { tokens: spent, calls: calls.length, malformed: !parsed.ok, digest, route: s.route }),
      insertMessages(tx, call, [stored]),
      s.activation ? saveActivation(tx, call, s.activation) : null,
      s.candidates ? insertCandidates(tx, call, s.candidates) : null,
      s.streamed ? dropChunks(tx, call) : null,
      checkpoint?.save(tx),
      finishEffect(tx, { ...call, call: MODEL_CALL }, {
        tool: 'model',
        effect: 'read',
        state: parsed.ok ? 'done' : 'rejected',
        outcome: { result: outcome, ...(parsed.ok ? {} : { rejection: { code: 'output_invalid', reason: parsed.reason } }) },
        ms: s.ms,
      }),
    ]);
    return head;
  };
  const head = await withTx(deps.pool, call.tenantId, write, { oneFlight: true });
  if (checkpoint) checkpoint.remember();
  else if (parsed.ok) deps.cache.open(call.runId, openAttempt(call, after, parsed.calls, messages, digest));
  deps.notifier.announce(call.runId, head.lastSeq);
  return withUnread(outcome, head.unread);
}

/** The runtime is back: true by itself, whatever becomes of the turn. */
async function noteAnswered(deps: RunDeps, call: ModelCall): Promise<void> {
  await withTx(deps.pool, call.tenantId, (tx) => changeStatus(tx, call, ['waiting_runtime'], 'running', null));
}

/** As it is kept in the ledger: how much is unread is only known when it is told. */
function outcomeOf(parsed: ParsedTurn, calls: PlannedCall[], tokens: number, checkpoint: Checkpoint | null): ModelOutcome {
  if (checkpoint) return { kind: 'closed', tokens, end: stepEndOf(checkpoint, false) };
  return parsed.ok ? { kind: 'calls', calls, tokens, unread: 0 } : { kind: 'rejected', code: 'output_invalid', tokens, unread: 0 };
}

function withUnread(outcome: ModelOutcome, unread: number): ModelOutcome {
  return outcome.kind === 'closed' ? { ...outcome, end: { ...outcome.end, unread } } : { ...outcome, unread };
}

function openAttempt(call: ModelCall, turn: Turn, requests: ToolCallRequest[], messages: StoredMessage[], digest: PartialDigest): OpenAttempt {
  const { agent, corpusId, worldId, inputHash, stateHash, driftState } = turn;
  return { turn, step: call.step, attempt: call.attempt, messages, digest, pending: { agent, corpusId, worldId, inputHash, stateHash, driftState, parent: call.parent, requests } };
}

/** What all that was drawn for the turn cost. */
function spentOn({ candidates, result }: Settled): TokenCounts {
  const all = candidates ?? [result];
  const sum = (of: (one: Pick<ChatResult, 'promptTokens' | 'outputTokens' | 'thinkingTokens'>) => number): number => all.reduce((n, one) => n + of(one), 0);
  return { prompt: sum((one) => one.promptTokens), output: sum((one) => one.outputTokens), thinking: sum((one) => one.thinkingTokens) };
}

/** The turn as its agent reads it, with calls that can be made; or why it is refused. */
export function readReply(agent: AgentImplementation, call: ModelCall, turn: Pick<Settled, 'context' | 'result' | 'refusal'>): ParsedTurn {
  return checkCalls(agent, call, parse(agent, turn));
}

function parse(agent: AgentImplementation, { context, result, refusal }: Pick<Settled, 'context' | 'result' | 'refusal'>): ParsedTurn {
  if (refusal) return { ok: false, reason: refusal };
  if (result.finish === 'aborted') return { ok: false, reason: 'The text repeated itself without end and was cut.' };
  return agent.parseTurn(context, result);
}

/** Calls of tools that do not exist, and arguments that do not fit, are refused with a reason that the model can use. */
function checkCalls(agent: AgentImplementation, call: ModelCall, parsed: ParsedTurn): ParsedTurn {
  if (!parsed.ok) return parsed;
  for (const c of parsed.calls) {
    const contract = contractOf(agent, c.name);
    if (!contract) return { ok: false, reason: `There is no tool ${c.name.slice(0, 60)}; the tools are ${agent.contract.tools.map((t) => t.name).join(', ')}.` };
    const args = contract.parameters.safeParse(c.args);
    if (!args.success) return { ok: false, reason: `The arguments of ${c.name} do not fit: ${args.error.issues.slice(0, 3).map((i) => `${i.path.join('.') || 'arguments'}: ${i.message}`).join('; ')}.` };
  }
  const closed = closedTool(call, agent.contract, parsed.calls.map((c) => c.name));
  return closed ? { ok: false, reason: closed } : (tooMany(agent, parsed.calls) ?? parsed);
}

/** What the rest of a model outcome weighs beside its calls, in bytes of JSON. */
const OUTCOME_BYTES = 100;

/** The list of calls goes to history, which takes no more than a digest. */
function tooMany(agent: AgentImplementation, calls: ToolCallRequest[]): ParsedTurn | null {
  const bytes = JSON.stringify(calls.map((c, i) => planned(agent, c, i))).length;
  const room = MAX_DIGEST_BYTES - OUTCOME_BYTES;
  if (bytes <= room) return null;
  return { ok: false, reason: `These are ${calls.length} calls in one turn. Make at most ${Math.max(1, Math.floor((calls.length * room) / bytes))} at a time.` };
}

const contractOf = (agent: AgentImplementation, name: string): ToolContract | undefined => agent.contract.tools.find((t) => t.name === name);

function planned(agent: AgentImplementation, request: ToolCallRequest, call: number): PlannedCall {
  const { name, effect, timeoutMs } = contractOf(agent, request.name)!;
  return { call, tool: name, effect, timeoutMs };
}

function partialDigest(deps: RunDeps, s: Settled, malformed: boolean): PartialDigest {
  const { result } = s;
  return {
    text: digestTurn(keyedWords(result.content), keyedWords(result.thinking)),
    promptTokens: result.promptTokens,
    outputTokens: result.outputTokens,
    thinkingTokens: result.thinkingTokens,
    contextLimit: deps.contextTokens,
    malformed: malformed || s.context.attempt > 1,
    degenerate: result.finish === 'aborted',
    calls: [],
    ...(s.projection && { projection: s.projection }),
  };
}
