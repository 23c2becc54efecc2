import type { EndStatus, ErrorCode, StepEnd, Steering } from '#contracts';
import { decide, initialLadder, watchJudge } from '#drift';
import { PortFailure } from './failure.js';
import { makeRoom, roomDue } from './make-room.js';
import type { LoopPorts } from './ports.js';
import { type LoopState, moveHead } from './state.js';
import { runStep, type StepResult } from './step.js';

export type LoopEnd = { kind: 'ended'; status: EndStatus } | { kind: 'continue'; state: LoopState };

/**
 * Carries a run from step to step until it ends or its execution's history is long enough. Pure but for its ports:
 * the same answers give the same calls, which is what Temporal's replay needs.
 */
export async function runLoop(state: LoopState, ports: LoopPorts): Promise<LoopEnd> {
  for (;;) {
    // At the top of the loop nothing is in flight, so nothing is lost between two executions.
    if (ports.shouldContinueAsNew()) return { kind: 'continue', state: { ...state, unread: ports.wakePending() ? Math.max(1, state.unread) : state.unread } };
    const end = (inboxDue(state, ports) ? await attendInbox(state, ports, false) : null) ?? (await advance(state, ports));
    if (end) return end;
  }
}

/** One step and what follows from it. */
async function advance(state: LoopState, ports: LoopPorts): Promise<LoopEnd | null> {
  if (limitReached(state, ports)) return finish(state, ports, 'limit_reached', 'limit_reached');
  if (roomDue(state, ports) && (await makeRoom(state, ports))) return null;
  let result: StepResult;
  try {
    result = await runStep(state, ports);
  } catch (error) {
    result = asFailed(error);
  }
  if (result.kind === 'closed') {
    const after = afterStep(state, ports, result.end);
    return after && (await after);
  }
  if (result.kind === 'interrupted') return null;
  if (result.kind === 'cancelled') return finish(state, ports, 'cancelled', null);
  if (result.kind === 'rewound') {
    await ports.abandonStep({ step: state.nextStep++, code: 'attempt_closed' });
    await rewind(state, ports, result.toStep);
    return null;
  }
  // The number stays used; where somebody's words keep the run alive, it goes on with the next.
  const step = state.nextStep++;
  await ports.abandonStep({ step, code: result.code });
  return finish(state, ports, result.code === 'limit_reached' ? 'limit_reached' : 'failed', result.code, step);
}

function asFailed(error: unknown): StepResult {
  if (error instanceof PortFailure) return { kind: 'failed', code: error.code };
  throw error;
}

/** Null where the run goes on at once: a step that closes well costs no turn of the event loop. */
function afterStep(state: LoopState, ports: LoopPorts, end: StepEnd): Promise<LoopEnd | null> | null {
  const parent = state.head;
  moveHead(state, state.nextStep++);
  state.pending = null;
  if (end.report.verdict === 'ok') state.lastGood = state.head;
  if (end.finished) {
    ports.showProgress({ ...end.report, step: state.head, steering: null, tokens: state.tokens });
    return finish(state, ports, 'completed', null);
  }
  const { steering, ladder } = decide(end.report, state.ladder, state.drift, { goodCheckpoint: state.lastGood, trail: state.trail ?? [] });
  state.ladder = ladder;
  askJudge(state, ports, end, steering);
  ports.showProgress({ ...end.report, step: state.head, steering: steering?.rung ?? null, tokens: state.tokens });
  return steering ? steer(state, ports, steering, parent) : null;
}

/** A judge is never waited for: what it says is read with a later step. */
function askJudge(state: LoopState, ports: LoopPorts, { report }: StepEnd, steering: Steering | null): void {
  if (!state.judge || !state.drift.judge) return;
  const { watch, ask } = watchJudge(state.judge, report, state.drift.judge, steering !== null && !steering.holdout);
  state.judge = watch;
  if (ask) ports.askJudge?.({ step: report.step });
}

/** Applies a decision of the ladder. What only shapes the next turn is recorded with that turn's model call. */
async function steer(state: LoopState, ports: LoopPorts, steering: Steering, parent: number): Promise<LoopEnd | null> {
  if (steering.holdout) {
    state.pending = steering;
    return null;
  }
  switch (steering.rung) {
    case 'none':
      return null;
    case 'nudge':
      state.pending = steering;
      return null;
    case 'gate_tools':
      state.pending = steering;
      state.gatedTo = state.nextStep + (steering.turns ?? 1) - 1;
      return null;
    case 'compact':
      state.pending = steering;
      state.mask = true;
      return null;
    case 'resample':
      // The drifted turn leaves the branch: the next step hangs on the one before it.
      state.pending = { ...steering, toStep: parent };
      moveHead(state, parent);
      return null;
    case 'rewind':
      goBack(state, steering, steering.toStep ?? parent);
      return null;
    case 'escalate':
      // A stronger model that goes on from a drifted transcript takes the drift over (arXiv 2603.03258).
      goBack(state, steering, steering.toStep ?? parent);
      if (steering.role) state.role = steering.role;
      return null;
    case 'ask':
      await ports.askPerson({ steering });
      return attendInbox(state, ports, true);
    case 'stop':
      return finish(state, ports, 'drift_stopped', 'drift_stopped', state.nextStep, steering);
  }
}

function goBack(state: LoopState, steering: Steering, toStep: number): void {
  state.pending = { ...steering, toStep };
  moveHead(state, toStep);
  // What is undone is no place to go back to.
  if (state.lastGood !== null && state.lastGood > toStep) state.lastGood = toStep;
}

const inboxDue = (state: LoopState, ports: LoopPorts): boolean => ports.wakePending() || state.unread > 0;

/** Applies what people asked for, and waits while the run is paused or (`needsWords`) until somebody answers. */
async function attendInbox(state: LoopState, ports: LoopPorts, needsWords: boolean): Promise<LoopEnd | null> {
  for (let waited = false; ; waited = true) {
    ports.clearWake();
    const inbox = await ports.applyInbox({ step: state.nextStep, ...(needsWords ? { needsWords } : {}) });
    state.unread = 0;
    state.limits = inbox.limits;
    if (inbox.cancel) return finish(state, ports, 'cancelled', null);
    if (inbox.rewindTo !== undefined) await rewind(state, ports, inbox.rewindTo);
    const answered = !needsWords || inbox.messages > 0;
    if (!inbox.paused && answered) {
      if (waited) ports.showPausing?.('running');
      return null;
    }
    const left = state.limits.maxSeconds - ports.elapsedSeconds();
    if (left <= 0) return finish(state, ports, 'limit_reached', 'limit_reached');
    ports.showPausing?.(inbox.paused ? 'paused' : 'waiting_input');
    // A wait may be shorter than what is left: look again, whatever ended it.
    await ports.waitForWake(left);
  }
}

/** A person takes the run back: what they vouch for is good, and what the ladder remembers is undone. */
async function rewind(state: LoopState, ports: LoopPorts, toStep: number): Promise<void> {
  // An attempt that is open hangs on what is undone: its number stays used.
  if (state.interrupted !== null) await ports.abandonStep({ step: state.nextStep++, code: 'attempt_closed' });
  state.interrupted = null;
  moveHead(state, toStep);
  state.lastGood = toStep;
  state.pending = null;
  state.ladder = initialLadder;
  delete state.gatedTo;
  delete state.mask;
}

/** Ends the run unless somebody's words came in just before: then it goes on with them (a cancel always ends it). */
async function finish(state: LoopState, ports: LoopPorts, status: EndStatus, code: ErrorCode | null, step = state.nextStep, steering?: Steering): Promise<LoopEnd | null> {
  const { closed, unread } = await ports.finishRun({ status, code, step, ...(steering ? { steering } : {}) });
  if (closed) return { kind: 'ended', status };
  state.unread = unread;
  return null;
}

function limitReached(state: LoopState, ports: LoopPorts): boolean {
  const { maxSteps, maxTokens, maxSeconds, maxToolCalls = Infinity } = state.limits;
  return (state.toolCalls ?? 0) >= maxToolCalls || state.nextStep > maxSteps || state.tokens >= maxTokens || ports.elapsedSeconds() >= maxSeconds;
}
