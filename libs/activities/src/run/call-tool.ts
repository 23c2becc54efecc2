import { type CallDigest, HoldfastError, type NewEvent, type ToolCallInput, type ToolCallRequest, type ToolContract, type ToolOutcome } from '#contracts';
import { digestCall } from '#drift';
import {
  addCallDigest, appendEvents, finishEffect, getContent, getJson, insertArtifact, insertMessages, type PartialDigest, type PendingCall, putContents, readPartialDigest,
  readPendingCall, requireOpen, setResult, startEffect, type StepKey, type Tx, withTx, decodeBody,
} from '#store';
import type { DriftState } from '#contracts';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import type { AgentImplementation, ToolContext, ToolResult } from '../agent.js';
import { nameOf } from '../edge.js';
import { saveCheckpoint } from './checkpoint.js';
import { tokensOf } from './context.js';
import type { RunDeps } from './deps.js';

/** Tries after which a tool that fails without a code is reported to the model instead of being tried again. */
const MAX_DELIVERIES = 3;

type Prepared = { call: PendingCall<ToolOutcome>; agent: AgentImplementation; contract: ToolContract; request: ToolCallRequest; context: ToolContext };

/**
 * One tool call through the ledger. The outcome is written in the transaction that makes it true, which for the last
 * call of a step also saves the checkpoint; an outcome that an earlier delivery wrote is returned as it is.
 */
export async function callTool(deps: RunDeps, input: ToolCallInput, signal: AbortSignal, delivery: number): Promise<ToolOutcome> {
  const prepared = await prepare(deps, input, signal);
  if (prepared.call.done) return prepared.call.done;
  const started = Date.now();
  const result = await perform(deps, input, prepared, delivery);
  signal.throwIfAborted();
  const { outcome, lastSeq } = await withTx(deps.pool, input.tenantId, (tx) => settle(tx, input, prepared, result, Date.now() - started));
  deps.notifier.announce(input.runId, lastSeq);
  return outcome;
}

async function prepare(deps: RunDeps, input: ToolCallInput, signal: AbortSignal): Promise<Prepared> {
  return withTx(deps.pool, input.tenantId, async (tx) => {
    const call = await readPendingCall<ToolOutcome>(tx, input, input.call);
    const agent = call && deps.agents.get(call.agent);
    if (!call || !agent) throw new HoldfastError('not_found', 'The call does not exist, or this worker does not have its agent.');
    const turn = decodeBody({ role: 'assistant', body: await getContent(tx, input.tenantId, call.turnHash), tool: null });
    const request = turn.toolCalls?.[input.call];
    const contract = agent.contract.tools.find((t) => t.name === request?.name);
    if (!request || !contract) throw new HoldfastError('not_found', 'The call is not part of the model’s turn.');
    const context: ToolContext = {
      tenantId: input.tenantId,
      runId: input.runId,
      step: input.step,
      attempt: input.attempt,
      call: input.call,
      input: await getJson(tx, input.tenantId, call.inputHash),
      state: await getJson(tx, input.tenantId, call.stateHash),
      corpusId: call.corpusId,
      rejection: null,
      idempotencyKey: uuidv5(`${input.step}/${input.attempt}/${input.call}`, input.runId),
      signal,
      deps: { pool: deps.pool, runtime: deps.runtime, search: deps.search },
    };
    return { call, agent, contract, request, context };
  });
}

/** Runs the tool. Whatever is not a plain read says so in the ledger first. */
async function perform(deps: RunDeps, input: ToolCallInput, p: Prepared, delivery: number): Promise<ToolResult> {
  if (p.contract.effect !== 'read') {
    const deliveries = await withTx(deps.pool, input.tenantId, async (tx) => {
      await appendEvents(tx, input, []);
      await requireOpen(tx, input);
      return startEffect(tx, input, p.contract.name, p.contract.effect);
    });
    if (p.contract.effect === 'once' && deliveries > 1) {
      return { content: 'It is not known whether the interrupted call took effect, so it was not made again. Look before you act.', error: 'infra' };
    }
  }
  try {
    return await p.agent.tools[p.contract.name]!(p.context, p.contract.parameters.parse(p.request.args));
  } catch (error) {
    if (p.context.signal.aborted) throw error;
    if (error instanceof HoldfastError && !error.retryable) return { content: error.message, error: 'infra', reject: { code: error.code, reason: error.message, fatal: true } };
    if (error instanceof HoldfastError || delivery < MAX_DELIVERIES) throw error;
    deps.logger.error({ runId: input.runId, step: input.step, tool: p.contract.name, failure: nameOf(error) }, 'a tool keeps failing');
    return { content: 'The tool failed and gave no result.', error: 'infra' };
  }
}

type Settled = { outcome: ToolOutcome; lastSeq: number };

async function settle(tx: Tx, input: ToolCallInput, p: Prepared, result: ToolResult, ms: number): Promise<Settled> {
  const at = { step: input.step, attempt: input.attempt };
  const finished: NewEvent = { type: 'tool.finished', ...at, data: { call: input.call, tool: p.contract.name, ms, ...(result.reject ? { rejected: result.reject.code } : result.error ? { error: result.error } : {}) } };
  const head = await appendEvents(tx, input, [finished]);
  if (result.reject) return reject(tx, input, p, result.reject, { unread: head.unread, lastSeq: head.lastSeq, ms });

  const message = { role: 'tool' as const, content: result.content, toolName: p.contract.name };
  await insertMessages(tx, input, [{ ordinal: input.call + 1, message, tokens: tokensOf(message) }]);
  const [stateHash] = result.state === undefined ? [p.call.stateHash] : await putContents(tx, input.tenantId, [JSON.stringify(result.state)]);
  const digest = digestCall({
    tool: p.contract.name,
    kind: p.contract.kind,
    args: p.request.args,
    result: result.content,
    error: result.error ?? null,
    gain: result.gain ?? null,
    exempt: p.contract.exempt ?? false,
  });
  if (result.finish) await deliver(tx, input, result.finish);
  const closed = input.last || result.finish ? await close(tx, input, p, digest, stateHash!, Boolean(result.finish)) : null;
  if (!closed) await addCallDigest(tx, input, digest, stateHash!);
  const outcome: ToolOutcome = closed ? { kind: 'closed', end: closed.end } : { kind: 'done', unread: head.unread };
  await finishEffect(tx, input, { tool: p.contract.name, effect: p.contract.effect, state: 'done', outcome: { result: outcome, ...(result.error ? { error: result.error } : {}) }, ms });
  return { outcome, lastSeq: closed?.lastSeq ?? head.lastSeq };
}

async function reject(tx: Tx, input: ToolCallInput, p: Prepared, r: NonNullable<ToolResult['reject']>, at: { unread: number; lastSeq: number; ms: number }): Promise<Settled> {
  await requireOpen(tx, input);
  const outcome: ToolOutcome = { kind: r.fatal ? 'failed' : 'rejected', code: r.code, unread: at.unread };
  await finishEffect(tx, input, { tool: p.contract.name, effect: p.contract.effect, state: 'rejected', outcome: { result: outcome, rejection: { code: r.code, reason: r.reason } }, ms: at.ms });
  return { outcome, lastSeq: at.lastSeq };
}

async function close(tx: Tx, input: ToolCallInput, p: Prepared, digest: CallDigest, stateHash: Buffer, finished: boolean) {
  const partial: PartialDigest = await readPartialDigest(tx, input);
  return saveCheckpoint(tx, input, { digest: partial, calls: [...partial.calls, digest], parent: p.call.parent, stateHash, driftState: p.call.driftState as DriftState | null, finished });
}

async function deliver(tx: Tx, key: StepKey, finish: NonNullable<ToolResult['finish']>): Promise<void> {
  const artifactId = uuidv7();
  await insertArtifact(tx, key, { artifactId, step: key.step, ...finish.artifact });
  await setResult(tx, key, finish.result);
  await appendEvents(tx, key, [{ type: 'artifact.created', step: key.step, attempt: key.attempt, data: { artifactId, kind: finish.artifact.kind, verified: finish.artifact.verified } }]);
}
