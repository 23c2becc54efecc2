import { type CompactionRecord, type CompactOutcome, HoldfastError, type ModelMoved, PRIORITY_KEYS, type Route, type RoutedCompact, type RunRef } from '#contracts';
import { type CompactionPlan, planCompaction, planMask, type WindowStep } from '#loop';
import { abandonStep, appendEvents, closeCompaction, finishEffect, insertMessages, lockRun, MODEL_CALL, openAttempt, readLedger, readPinnedModel, readPlaces, readStepAttempt, rememberMessages, saveRoute, type StepKey, type StoredMessage, type Tx, UNDONE_ORDINAL, withTx } from '#store';
import { chooseRoute, fallbackOf, movedElsewhere, movedForRole, moveRun } from '../models/choose-route.js';
import { isRuntimeFailure } from '../models/model-gate.js';
import { adopt } from '../run/adopt.js';
import type { Delivery } from '../run/delivery.js';
import type { RunDeps } from '../run/deps.js';
import { type Branch, HELD_WINDOWS, sum } from '../run/run-cache.js';
import { tokensOf } from './message-tokens.js';
import { REMEMBER } from './built-ins.js';
import { memoryText } from './recall.js';
import { type Asking, NO_TOKENS, type Spent, summarize } from './summarize.js';
import { readBranch, shown } from './window.js';

/**
 * Makes room in a run's window, as a step: recorded, with a checkpoint that is the parent's, and undone by a rewind to
 * before it. Old results go by reference where that is enough; else the older steps are told in short by the model,
 * and all their words enter the run's memory. A failure leaves the history as it was.
 */
export async function compactRun(deps: RunDeps, input: RoutedCompact, { signal, delivery, queue, priority = PRIORITY_KEYS.interactive }: Delivery): Promise<CompactOutcome | ModelMoved> {
  const key: StepKey = { tenantId: input.tenantId, runId: input.runId, step: input.step, attempt: 1 };
  const done = await open(deps, key, input.parent);
  if (done) return done;
  try {
    const { branch, agent, model } = await read(deps, input);
    const canReopen = deps.agents.get(agent)?.contract.memory?.tools !== false;
    const plan = input.mask ? planMask(stepsOf(branch), branch.memory?.record.maskTo ?? 0, canReopen) : planCompaction(stepsOf(branch), input.budget, canReopen);
    const route = chooseRoute(deps.gate, input, model, queue, input.role);
    const elsewhere = plan.kind === 'summary' ? movedTo(input, route, queue) : null;
    if (elsewhere) return await moveRun(deps, input, route, elsewhere);
    const instead = (error: unknown): ModelMoved | null => (isRuntimeFailure(error) ? fallbackOf(deps.gate, input, route, delivery, input.role) : null);
    const made = await carryOut(deps, { ref: input, branch, plan, budget: input.budget }, { tenantId: input.tenantId, route, priority, signal, delivery, instead });
    return made.kind === 'moved' ? made : await settle(deps, key, input.parent, branch, made);
  } catch (error) {
    return adopt<CompactOutcome>(deps, { ...key, call: MODEL_CALL }, error);
  }
}

/** A role that the run was escalated to has a gate of its own, and so does a configuration that changed. */
const movedTo = (input: RoutedCompact, route: Route, queue: string | undefined): ModelMoved | null => (input.role ? movedForRole : movedElsewhere)(input, route, queue);

/** Opens the step, once; returns what an earlier delivery made of it. */
async function open(deps: RunDeps, key: StepKey, parent: number): Promise<CompactOutcome | null> {
  return withTx(deps.pool, key.tenantId, async (tx) => {
    await lockRun(tx, key);
    const written = await readLedger(tx, { ...key, call: MODEL_CALL });
    if (written && written.state !== 'started') return (written.outcome as { result: CompactOutcome }).result;
    if ((await readStepAttempt(tx, key, key.step)) === null) await appendEvents(tx, key, [{ type: 'step.started', step: key.step, attempt: key.attempt, data: { parent, compaction: true } }]);
    await openAttempt(tx, key, parent, null);
    return null;
  });
}

async function read(deps: RunDeps, input: RoutedCompact): Promise<{ branch: Branch; agent: string; model: string }> {
  return withTx(deps.pool, input.tenantId, async (tx) => {
    const pinned = await readPinnedModel(tx, input);
    if (!pinned) throw new HoldfastError('not_found', 'The run does not exist.');
    return { branch: await readBranch(tx, input, input.parent, deps.contextTokens * HELD_WINDOWS), agent: pinned.agent, model: pinned.model ?? deps.model };
  });
}

/** The window's steps, oldest first, with what they weigh now and with their results by reference. */
function stepsOf(branch: Branch): WindowStep[] {
  const steps = new Map<number, StoredMessage[]>();
  for (const m of branch.messages) steps.set(m.step, [...(steps.get(m.step) ?? []), m]);
  return [...steps].map(([step, messages]) => ({ step, tokens: sum(messages), masked: sum(messages.map((m) => shown(m, step))) }));
}

type Made = { kind: CompactOutcome['kind']; record: CompactionRecord; /** What memory speaks of from now on. */ covered: StoredMessage[]; spent: Spent; /** Where the model was asked. */ route?: Route };

async function carryOut(deps: RunDeps, a: { ref: RunRef; branch: Branch; plan: CompactionPlan; budget: number }, asking: Asking<ModelMoved>): Promise<Made | ModelMoved> {
  const { plan, branch } = a;
  const before: CompactionRecord = branch.memory?.record ?? { keepFrom: 0, maskTo: 0, summary: '', pinned: [], ranges: [] };
  const nothing: Made = { kind: 'none', record: before, covered: [], spent: NO_TOKENS };
  if (plan.kind === 'none') return nothing;
  const masked: Made = { ...nothing, kind: 'mask', record: { ...before, maskTo: Math.max(before.maskTo, plan.maskTo), ranges: joined(before.ranges, stepsUpTo(branch, plan.maskTo)) }, covered: branch.messages.filter((m) => m.step <= plan.maskTo) };
  if (plan.kind === 'mask') return masked;
  const covered = branch.messages.filter((m) => m.step < plan.keepFrom);
  const told = await summarize(deps, { before, messages: await whole(deps, a.ref, covered, before.maskTo), budget: a.budget }, asking);
  if ('kind' in told) return told;
  const { route } = asking;
  if (told.summary === null) return { ...(plan.maskTo > before.maskTo ? masked : nothing), spent: told.spent, route };
  const record: CompactionRecord = {
    keepFrom: plan.keepFrom,
    maskTo: Math.max(before.maskTo, plan.maskTo),
    summary: told.summary,
    pinned: [...before.pinned, ...covered.filter(isPinned).map((m) => m.message.content)],
    ranges: joined(before.ranges, stepsUpTo(branch, Math.max(plan.keepFrom - 1, plan.maskTo))),
  };
  return { kind: 'summary', record, covered: branch.messages.filter((m) => m.step < plan.keepFrom || m.step <= plan.maskTo), spent: told.spent, route };
}

/** The messages with the results that earlier compactions show by reference: a summary is made of what they say. */
async function whole(deps: RunDeps, ref: RunRef, messages: StoredMessage[], maskTo: number): Promise<StoredMessage[]> {
  const masked = messages.filter((m) => m.step <= maskTo && m.message.role === 'tool');
  const originals = await withTx(deps.pool, ref.tenantId, (tx) => readPlaces(tx, ref, masked));
  return messages.map((m) => originals.find((o) => o.step === m.step && o.ordinal === m.ordinal) ?? m);
}

const stepsUpTo = (branch: Branch, last: number): number[] => branch.messages.map((m) => m.step).filter((step) => step <= last);

/** What people said, and what the model asked to be remembered, is kept word by word. */
const isPinned = (m: StoredMessage): boolean => (m.ordinal < 0 && m.ordinal !== UNDONE_ORDINAL) || m.message.toolName === REMEMBER;

/** Steps of a branch as ranges: a gap is what a rewind left behind, or a step that made room. */
function joined(ranges: [number, number][], steps: number[]): [number, number][] {
  const all = ranges.map(([from, to]): [number, number] => [from, to]);
  for (const step of steps) {
    const last = all.at(-1);
    if (last && step <= last[1] + 1) last[1] = Math.max(last[1], step);
    else all.push([step, step]);
  }
  return all;
}

async function settle(deps: RunDeps, key: StepKey, parent: number, branch: Branch, made: Made): Promise<CompactOutcome> {
  const outcome: CompactOutcome = { kind: made.kind, tokens: made.spent.prompt + made.spent.output, unread: 0 };
  const message = { role: 'system' as const, content: JSON.stringify(made.record) };
  const started = Date.now();
  const head = await withTx(deps.pool, key.tenantId, async (tx) => {
    const gained = made.kind !== 'none';
    const head = await appendEvents(tx, key, gained ? [{ type: 'checkpoint.saved', step: key.step, attempt: key.attempt, data: { compaction: made.kind } }] : []);
    await finishEffect(tx, { ...key, call: MODEL_CALL }, { tool: 'compaction', effect: 'read', state: 'done', outcome: { result: outcome }, ms: Date.now() - started });
    if (made.route) await saveRoute(tx, key, made.route);
    if (gained) await keep(tx, key, parent, message, made, newIn(branch, made));
    else await abandonStep(tx, key, key.step, null);
    return head;
  });
  deps.cache.forget(key.runId);
  deps.notifier.announce(key.runId, head.lastSeq);
  return { ...outcome, unread: head.unread };
}

/** Messages that entered memory with an earlier compaction are there already. */
const newIn = (branch: Branch, made: Made): StoredMessage[] => made.covered.filter((m) => m.step > (branch.memory?.record.ranges.at(-1)?.[1] ?? 0));

async function keep(tx: Tx, key: StepKey, parent: number, message: { role: 'system'; content: string }, made: Made, covered: StoredMessage[]): Promise<void> {
  await insertMessages(tx, key, [{ ordinal: 0, message, tokens: tokensOf(message) }]);
  await closeCompaction(tx, key, parent, made.spent);
  await rememberMessages(tx, key, covered.map((m) => ({ step: m.step, ordinal: m.ordinal, text: memoryText(m) })));
}
