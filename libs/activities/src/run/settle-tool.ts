import type { CallDigest, NewEvent, ToolCallInput, ToolOutcome } from '#contracts';
import { digestCall } from '#drift';
import { addCallDigest, appendEvents, contentHash, currentKey, finishEffect, type HeadAfter, insertArtifact, insertMessages, keyedWords, type Places, placesOf, putContents, readPartialDigest, requireOpen, setResult, type StepKey, type StoredMessage, type Tx, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import type { ToolResult } from '../agent.js';
import type { PreparedCall } from './call-tool.js';
import { type Checkpoint, prepareCheckpoint, stepEndOf } from './checkpoint.js';
import { tokensOf } from './context.js';
import type { RunDeps } from './deps.js';

/** Commits a tool's result: message, ledger row and events, and with the last call the checkpoint, in one transaction. */
export async function settleTool(deps: RunDeps, input: ToolCallInput, p: PreparedCall, result: ToolResult, ms: number): Promise<ToolOutcome> {
  return result.reject ? refuse(deps, input, p, result.reject, ms) : accept(deps, input, p, result, ms);
}

async function refuse(deps: RunDeps, input: ToolCallInput, p: PreparedCall, r: NonNullable<ToolResult['reject']>, ms: number): Promise<ToolOutcome> {
  const outcome = { kind: r.fatal ? ('failed' as const) : ('rejected' as const), code: r.code, unread: 0 };
  const write = async (tx: Tx): Promise<HeadAfter> => {
    const [head] = await Promise.all([
      appendEvents(tx, input, [finishedEvent(input, p, ms, { rejected: r.code })]),
      requireOpen(tx, input),
      finishEffect(tx, input, { tool: p.contract.name, effect: p.contract.effect, state: 'rejected', outcome: { result: outcome, rejection: { code: r.code, reason: r.reason } }, ms }),
    ]);
    return head;
  };
  const head = await withTx(deps.pool, input.tenantId, write, { oneFlight: true });
  deps.notifier.announce(input.runId, head.lastSeq);
  return { ...outcome, unread: head.unread };
}

async function accept(deps: RunDeps, input: ToolCallInput, p: PreparedCall, result: ToolResult, ms: number): Promise<ToolOutcome> {
  const message = { role: 'tool' as const, content: result.content, toolName: p.contract.name };
  const stored: StoredMessage = { step: input.step, ordinal: input.call + 1, message, tokens: tokensOf(message) };
  const state = result.state === undefined ? null : JSON.stringify(result.state);
  const stateHash = state === null ? p.pending.stateHash : contentHash(input.tenantId, state);
  const places = placesOf(result);
  const digest = digestCall({
    tool: p.contract.name,
    kind: p.contract.kind,
    args: currentKey() ? keyedWords(JSON.stringify(p.request.args)) : p.request.args,
    result: keyedWords(result.content),
    error: result.error ?? null,
    gain: result.gain ?? null,
    exempt: p.contract.exempt ?? false,
    told: result.signals ?? [],
  });
  const checkpoint = input.last || result.finish ? await closing(deps, input, p, { stored, digest, stateHash, places, finished: Boolean(result.finish) }) : null;
  const host = result.workspaceCommit !== undefined && deps.hostQueue ? { host: deps.hostQueue } : {};
  const more = { ...host, ...(result.error ? { error: true as const } : {}) };
  const outcome: ToolOutcome = checkpoint ? { kind: 'closed', end: stepEndOf(checkpoint, Boolean(result.finish)), ...more } : { kind: 'done', unread: 0, ...more };
  const delivery = deliveryOf(input, result);
  const events = [finishedEvent(input, p, ms, result.error ? { error: result.error } : {}), ...delivery.events, ...(checkpoint?.events ?? [])];
  const write = async (tx: Tx): Promise<HeadAfter> => {
    const [head] = await Promise.all([
      appendEvents(tx, input, events),
      insertMessages(tx, input, [stored]),
      state === null ? null : putContents(tx, input.tenantId, [state]),
      delivery.save(tx),
      checkpoint ? checkpoint.save(tx) : addCallDigest(tx, input, digest, stateHash, places),
      finishEffect(tx, input, { tool: p.contract.name, effect: p.contract.effect, state: 'done', outcome: { result: outcome, ...(result.error ? { error: result.error } : {}) }, ms }),
    ]);
    return head;
  };
  const head = await withTx(deps.pool, input.tenantId, write, { oneFlight: true });
  if (checkpoint) checkpoint.remember();
  else keep(deps, input, p, stored, digest, stateHash);
  deps.notifier.announce(input.runId, head.lastSeq);
  return outcome.kind === 'closed' ? { ...outcome, end: { ...outcome.end, unread: head.unread } } : { ...outcome, unread: head.unread };
}

function finishedEvent(input: ToolCallInput, p: PreparedCall, ms: number, how: Record<string, unknown>): NewEvent {
  return { type: 'tool.finished', step: input.step, attempt: input.attempt, data: { call: input.call, tool: p.contract.name, ms, ...how } };
}

async function closing(deps: RunDeps, input: ToolCallInput, p: PreparedCall, c: { stored: StoredMessage; digest: CallDigest; stateHash: Buffer; places: Places; finished: boolean }): Promise<Checkpoint> {
  const partial = p.opened?.digest ?? (await withTx(deps.pool, input.tenantId, (tx) => readPartialDigest(tx, input)));
  return prepareCheckpoint(deps, input, {
    digest: partial,
    calls: [...partial.calls, c.digest],
    parent: p.pending.parent,
    stateHash: c.stateHash,
    places: c.places,
    driftState: p.pending.driftState,
    finished: c.finished,
    toolCount: p.agent.contract.tools.length,
    messages: p.opened ? [...p.opened.messages, c.stored] : null,
    judged: input.judged,
    turn: p.opened?.turn ?? null,
  });
}

/** The step goes on with its next call: what this process remembers of it grows by this one. */
function keep(deps: RunDeps, input: ToolCallInput, p: PreparedCall, stored: StoredMessage, digest: CallDigest, stateHash: Buffer): void {
  if (!p.opened) return;
  const { opened } = p;
  deps.cache.open(input.runId, { ...opened, pending: { ...opened.pending, stateHash }, messages: [...opened.messages, stored], digest: { ...opened.digest, calls: [...opened.digest.calls, digest] } });
}

function deliveryOf(key: StepKey, { artifact, finish }: ToolResult): { events: NewEvent[]; save(tx: Tx): Promise<unknown> } {
  const delivered = [...(artifact ? [artifact] : []), ...(finish?.artifact ? [{ id: uuidv7(), ...finish.artifact }] : [])];
  return {
    events: delivered.map(({ id, kind, verified }) => ({ type: 'artifact.created', step: key.step, attempt: key.attempt, data: { artifactId: id, kind, verified } })),
    save: (tx) => Promise.all([...delivered.map(({ id, ...a }) => insertArtifact(tx, key, { artifactId: id, step: key.step, ...a })), finish ? setResult(tx, key, finish.result) : null]),
  };
}
