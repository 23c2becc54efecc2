import { type AbandonStep, type ApplyInbox, type AskPerson, ERROR_CODES, type ErrorCode, type FinishOutcome, type FinishRun, HoldfastError, type InboxOutcome, type RunRef, type RunStatus, type Steering } from '#contracts';
import { abandonStep as closeAbandoned, appendEvents, changeStatus, countSteeringAction, countStepInbox, endRun, getJson, markApplied, moveHead, readCheckpoint, readRejection, readStepFailure, readStepRewind, readRun, readUnapplied, setPartial, type ThreadNext, type Tx, wasEndedBy, withTx } from '#store';
import type { RunDeps } from './deps.js';

const WAITING: RunStatus[] = ['running', 'waiting_runtime', 'waiting_input', 'waiting_approval', 'paused'];

export async function abandonStep(deps: RunDeps, input: AbandonStep): Promise<void> {
  await withTx(deps.pool, input.tenantId, async (tx) => {
    await appendEvents(tx, input, []);
    await closeAbandoned(tx, input, input.step, { code: input.code, detail: await detailOf(tx, input, input.step, input.code) });
  });
}

/** Applies what people asked for, in the order in which it was accepted, under the run's lock. */
export async function applyInbox(deps: RunDeps, input: ApplyInbox): Promise<InboxOutcome> {
  const outcome = await withTx(deps.pool, input.tenantId, async (tx) => {
    await appendEvents(tx, input, []);
    const rows = await readUnapplied(tx, input);
    const row = await readRun(tx, input);
    if (!row) throw new HoldfastError('not_found', 'The run does not exist.');
    let status = row.status;
    let received = 0;
    for (const r of rows) {
      if (r.kind === 'message') received++;
      if (r.kind === 'pause' && status !== 'cancelling') status = 'paused';
      if (r.kind === 'resume' && status === 'paused') status = 'running';
      if (r.kind === 'cancel') status = 'cancelling';
    }
    const rewinds = rows.filter((r) => r.kind === 'rewind');
    if (rows.length) await markApplied(tx, input, rows.at(-1)!.n, input.step);
    // Counted from the rows and not from this delivery: one that was not heard of may have applied them.
    const messages = await countStepInbox(tx, input, input.step);
    if (status === 'waiting_input' && messages > 0) status = 'running';
    const waits = input.needsWords && messages === 0 && status === 'running';
    if (waits) await changeStatus(tx, input, WAITING, 'waiting_input', { code: 'drift_stopped', detail: 'Send a message to steer the run, or cancel it.' });
    else if (status !== row.status) await changeStatus(tx, input, [...WAITING, 'cancelling'], status, null);
    if (received) await appendEvents(tx, input, [{ type: 'message.received', step: input.step, data: { messages: received } }]);
    const toStep = await readStepRewind(tx, input, input.step);
    if (toStep !== null) await moveHead(tx, input, toStep);
    if (rewinds.length) await appendEvents(tx, input, rewinds.map((r) => ({ type: 'steering.applied', step: input.step, data: { rung: 'rewind', by: 'person', toStep: r.data?.['toStep'] } })));
    return { paused: status === 'paused', cancel: status === 'cancelling', messages, limits: row.limits, ...(toStep === null ? {} : { rewindTo: toStep }) };
  });
  deps.notifier.announce(input.runId, 0);
  return outcome;
}

/** The ladder's rung `ask`: the run waits for a person's words and says why. */
export async function askPerson(deps: RunDeps, input: AskPerson): Promise<void> {
  await withTx(deps.pool, input.tenantId, async (tx) => {
    const { rung, step, verdict } = input.steering;
    const detail = `The drift check says ${verdict} after step ${step}. Send a message to steer the run, or cancel it.`;
    const asked = await changeStatus(tx, input, ['running', 'waiting_runtime'], 'waiting_input', { code: 'drift_stopped', detail }, [{ type: 'steering.applied', step, data: { rung, report: step, verdict } }]);
    if (asked) await countSteeringAction(tx, input);
  });
  deps.notifier.announce(input.runId, 0);
}

/** Closes the run in one transaction under its lock, unless unread messages exist (a cancel closes it all the same). */
export async function finishRun(deps: RunDeps, input: FinishRun, executionId: string): Promise<FinishOutcome> {
  const { next, ...outcome } = await withTx(deps.pool, input.tenantId, async (tx): Promise<FinishOutcome & { next?: ThreadNext | null }> => {
    const { unread } = await appendEvents(tx, input, []);
    // A late delivery of an end that was written: the run may have been resumed since, and go on in another execution.
    if (await wasEndedBy(tx, input, executionId)) return { closed: true, unread: 0 };
    if (unread > 0 && input.status !== 'cancelled') return { closed: false, unread };
    const reason = input.code ? { code: input.code, detail: await detailOf(tx, input, input.step, input.code) } : null;
    if (input.steering) await noteStop(tx, input, input.steering);
    await savePartial(deps, tx, input);
    const ended = await endRun(tx, input, { status: input.status, reason, endedBy: executionId });
    return { closed: true, unread: 0, next: ended?.next ?? null };
  });
  deps.notifier.announce(input.runId, 0);
  // What is not started here the reconciler starts.
  if (next) await deps.startRun?.({ ...next, again: false }).catch(() => undefined);
  return outcome;
}

/** The ladder's last rung: no step follows that could say it. */
async function noteStop(tx: Tx, ref: RunRef, { rung, step, verdict, holdout, skipped }: Steering): Promise<void> {
  await appendEvents(tx, ref, [{ type: 'steering.applied', step, data: { rung, report: step, verdict, holdout, ...(skipped && { skipped }) } }]);
  await countSteeringAction(tx, ref);
}

/** A run that may go on leaves what it has come to: of its newest checkpoint, as its agent puts it. */
async function savePartial(deps: RunDeps, tx: Tx, input: FinishRun): Promise<void> {
  if (input.status !== 'limit_reached' && input.status !== 'drift_stopped') return;
  const row = await readRun(tx, input);
  const partial = row && deps.agents.get(row.agent)?.partialResult;
  const checkpoint = partial && (await readCheckpoint(tx, input, row.head_step));
  if (!checkpoint) return;
  const [given, state] = [await getJson(tx, input.tenantId, row.input_hash), await getJson(tx, input.tenantId, checkpoint.stateHash)];
  await setPartial(tx, input, partial({ input: given, state }));
}

/** The newest reason that was recorded for the step, or the code's own words: nothing of it ever went to Temporal. */
async function detailOf(tx: Tx, ref: RunRef, step: number, code: ErrorCode): Promise<string> {
  const failure = await readStepFailure(tx, ref, step);
  if (failure?.code === code) return failure.detail;
  return (await readRejection(tx, ref, step)) ?? ERROR_CODES[code].title;
}
