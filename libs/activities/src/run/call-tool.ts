import { HoldfastError, type ToolCallInput, type ToolCallRequest, type ToolContract, type ToolOutcome } from '#contracts';
import { appendEvents, isConnectionLoss, loadJson, type PendingCall, readCallApproval, readPendingCall, requireOpen, startEffect, withTx } from '#store';
import { v5 as uuidv5 } from 'uuid';
import type { AgentImplementation, Question, ToolContext, ToolResult } from '../agent.js';
import { nameOf } from '../edge.js';
import { askPermission } from './approval.js';
import { adopt } from './adopt.js';
import type { RunDeps } from './deps.js';
import type { OpenAttempt } from './run-cache.js';
import { settleTool } from './settle-tool.js';

/** Tries after which a tool that fails without a code is reported to the model instead of being tried again. */
const MAX_DELIVERIES = 3;

export type PreparedCall = {
  pending: PendingCall<ToolOutcome>;
  /** What this process remembers of the attempt, where it committed the model's turn itself. */
  opened: OpenAttempt | null;
  agent: AgentImplementation;
  contract: ToolContract;
  request: ToolCallRequest;
  context: ToolContext;
};

/**
 * One tool call through the ledger. The outcome is written in the transaction that makes it true, which for the last
 * call of a step also saves the checkpoint; an outcome that an earlier delivery wrote is returned as it is, and one
 * that comes late while its attempt is still open is adopted.
 */
export async function callTool(deps: RunDeps, input: ToolCallInput, signal: AbortSignal, delivery: number): Promise<ToolOutcome> {
  const prepared = await prepare(deps, input, signal, delivery);
  if (prepared.pending.done) return prepared.pending.done;
  const started = Date.now();
  try {
    const result = await permitted(deps, input, prepared, delivery);
    if ('waitSeconds' in result) return { kind: 'waiting', waitSeconds: result.waitSeconds, unread: 0 };
    return await settleTool(deps, input, prepared, result, Date.now() - started);
  } catch (error) {
    return adopt<ToolOutcome>(deps, input, error);
  }
}

async function prepare(deps: RunDeps, input: ToolCallInput, signal: AbortSignal, delivery: number): Promise<PreparedCall> {
  // A first delivery cannot have an outcome yet, so what this process remembers of the turn is enough.
  const held = delivery === 1 ? deps.cache.opened(input.runId, input.step, input.attempt) : null;
  // Where another worker made the calls before this one, what is remembered here is older than the step.
  const opened = held?.digest.calls.length === input.call ? held : null;
  const pending = opened ? { ...opened.pending, done: null } : await withTx(deps.pool, input.tenantId, (tx) => readPendingCall<ToolOutcome>(tx, input, input.call));
  if (!pending) throw new HoldfastError('attempt_closed', 'The call is of an attempt that is not the step’s.');
  const agent = deps.agents.get(pending.agent);
  if (!agent) throw new HoldfastError('unknown_agent', `This worker has no agent ${pending.agent}.`);
  const request = pending.requests[input.call];
  const contract = agent.contract.tools.find((t) => t.name === request?.name);
  if (!request || !contract) throw new HoldfastError('not_found', 'The call is not part of the model’s turn.');
  const context: ToolContext = {
    tenantId: input.tenantId,
    runId: input.runId,
    step: input.step,
    attempt: input.attempt,
    call: input.call,
    input: await loadJson(deps.pool, input.tenantId, pending.inputHash),
    state: await loadJson(deps.pool, input.tenantId, pending.stateHash),
    corpusId: pending.corpusId,
    worldId: pending.worldId,
    rejection: null,
    idempotencyKey: uuidv5(`${input.step}/${input.attempt}/${input.call}`, input.runId),
    signal,
    deps: { pool: deps.pool, runtime: deps.runtime, search: deps.search, contextTokens: deps.contextTokens },
  };
  return { pending, opened, agent, contract, request, context };
}

type Wait = { waitSeconds: number };

/** Runs a tool that asks first only once a person has approved the very arguments that it runs with. */
async function permitted(deps: RunDeps, input: ToolCallInput, p: PreparedCall, delivery: number): Promise<ToolResult | Wait> {
  if (!p.contract.approval) return perform(deps, input, p, delivery);
  let question: Question | null;
  try {
    question = await questionOf(deps, input, p);
  } catch (error) {
    return failed(deps, input, p, delivery, error);
  }
  if (!question) return perform(deps, input, p, delivery);
  const permission = await askPermission(deps, input, p, 'call', question.detail);
  if (permission.kind === 'waiting') return permission;
  if (permission.kind === 'refused') return p.agent.refused?.[p.contract.name]?.(p.context, permission.how) ?? { content: permission.content };
  p.request = { ...p.request, args: permission.args as ToolCallRequest['args'] };
  return perform(deps, input, p, delivery);
}

/** What a person is asked about the call: once it was asked, it is what was asked. */
async function questionOf(deps: RunDeps, input: ToolCallInput, p: PreparedCall): Promise<Question | null> {
  const asks = p.agent.asks?.[p.contract.name];
  if (!asks || (await withTx(deps.pool, input.tenantId, (tx) => readCallApproval(tx, input, 'call')))) return { detail: null };
  return asks(p.context, p.contract.parameters.parse(p.request.args));
}

/** What becomes of a `once` call whose effect may have happened: it is looked up, or a person is asked. Null: it may be made. */
async function inDoubt(deps: RunDeps, input: ToolCallInput, p: PreparedCall): Promise<ToolResult | Wait | null> {
  const found = await p.agent.reconcile?.[p.contract.name]?.(p.context, p.contract.parameters.parse(p.request.args));
  if (found === 'not done') return null;
  if (found) return found;
  const permission = await askPermission(deps, input, p, 'doubt');
  if (permission.kind === 'waiting') return permission;
  return permission.kind === 'refused' ? { content: permission.content, error: 'infra' } : null;
}

/** Runs the tool. Whatever is not a plain read says so in the ledger first. */
async function perform(deps: RunDeps, input: ToolCallInput, p: PreparedCall, delivery: number): Promise<ToolResult | Wait> {
  if (p.contract.effect !== 'read') {
    const deliveries = await withTx(deps.pool, input.tenantId, async (tx) => {
      await appendEvents(tx, input, []);
      await requireOpen(tx, input);
      return startEffect(tx, input, p.contract.name, p.contract.effect);
    });
    if (deliveries === 0) throw new HoldfastError('attempt_closed', 'Another delivery of this call has written its outcome.');
    if (p.contract.effect === 'once' && deliveries > 1) {
      const known = await inDoubt(deps, input, p);
      if (known) return known;
    }
  }
  try {
    return await withinTime(p);
  } catch (error) {
    return failed(deps, input, p, delivery, error);
  }
}

/** What a failure of the tool's own is to the run; throws it where another delivery may get further. */
function failed(deps: RunDeps, input: ToolCallInput, p: PreparedCall, delivery: number, error: unknown): ToolResult {
  if (p.context.signal.aborted) throw error;
  if (error instanceof ToolTimeout) return { content: error.message, error: 'infra' };
  if (error instanceof HoldfastError && !error.retryable) return { content: error.message, error: 'infra', reject: { code: error.code, reason: error.message, fatal: true } };
  if (error instanceof HoldfastError || isConnectionLoss(error) || delivery < MAX_DELIVERIES) throw error;
  deps.logger.error({ runId: input.runId, step: input.step, tool: p.contract.name, failure: nameOf(error) }, 'a tool keeps failing');
  return { content: 'The tool failed and gave no result.', error: 'infra' };
}

class ToolTimeout extends Error {
  override readonly name = 'ToolTimeout';
}

/** Runs the tool within its contract's time; after that its signal is aborted and the model is told. */
async function withinTime(p: PreparedCall): Promise<ToolResult> {
  const { timeoutMs, name, parameters } = p.contract;
  const over = new AbortController();
  const timeout = new ToolTimeout(`The tool took longer than ${Math.round(timeoutMs / 1_000)} s and was stopped.`);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      over.abort(timeout);
      reject(timeout);
    }, timeoutMs);
  });
  const context = { ...p.context, signal: AbortSignal.any([p.context.signal, over.signal]) };
  try {
    return await Promise.race([p.agent.tools[name]!(context, parameters.parse(p.request.args)), late]);
  } finally {
    clearTimeout(timer);
  }
}
