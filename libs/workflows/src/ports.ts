import { ActivityFailure, ApplicationFailure, patched, setCurrentDetails, TimeoutFailure } from '@temporalio/workflow';
import type { ModelMoved, RunPlan, RunRef, ToolOutcome } from '#contracts';
import { type ErrorCode, isErrorCode, MAX_PAYLOAD_BYTES, PRIORITY_KEYS } from '#contracts/workflow';
import { type LoopPorts, PortFailure } from '#loop';
import { control, model, tool } from './proxies.js';
import type { Story } from './story.js';
import { showStatus, showStep } from './visibility.js';

const TOOL_MARGIN_MS = 60_000;
/** A worker that is started again is back within it. */
const HOST_WAIT = '10s' as const;

type Clockwork = {
  /** Where model calls go; changes with the configuration. */
  routing: { queue: string; /** Of the host that has the run's files. */ host?: string };
  wake: { pending: boolean };
  waitForWake(seconds: number): Promise<boolean>;
  shouldContinueAsNew(step: number): boolean;
  askJudge(step: number): void;
};

/** The loop's ports as Temporal gives them. Summaries name the step, the tool and how the calls before came out, never arguments. */
export function createPorts(ref: RunRef, plan: RunPlan, clock: Clockwork, story: Story): LoopPorts {
  let step = plan.nextStep;
  let limits = plan.limits;
  const priority = { priorityKey: PRIORITY_KEYS[plan.priority], fairnessKey: ref.tenantId };
  const elapsedSeconds = (): number => Math.floor((Date.now() - plan.startedAtMs) / 1_000);
  const routedOf = (moves: number) => ({ ...(plan.routed ? { routed: true } : {}), ...(moves > 0 ? { moves } : {}) });
  const secondsLeft = (): number => Math.max(1, limits.maxSeconds - elapsedSeconds());
  return {
    callModel: (input) => {
      step = input.step;
      const latest = story.latest();
      const summary = `step ${input.step}${input.attempt > 1 ? ` attempt ${input.attempt}` : ''}${input.steering && !input.steering.holdout ? ` after ${input.steering.rung}` : ''}${latest ? ` (step ${latest})` : ''}`;
      const call = (queue: string, moves: number) => {
        const routed = { ...routedOf(moves), ...(moves > 0 ? { again: true } : {}) };
        return model.callModel.executeWithOptions({ taskQueue: queue, priority, scheduleToCloseTimeout: `${secondsLeft()}s`, summary }, [small({ ...ref, ...input, ...routed })]);
      };
      return call(clock.routing.queue, 0).then((outcome) => (outcome.kind === 'moved' ? followMoves(outcome, call, clock.routing).catch(asPortFailure) : outcome), asPortFailure);
    },
    // The tool's own time limit is kept by its activity; this one only catches an activity that does not.
    callTool: (input, timeoutMs) => {
      const call = (where: { taskQueue?: string; scheduleToStartTimeout?: typeof HOST_WAIT }) => tool.callTool.executeWithOptions({ ...where, startToCloseTimeout: timeoutMs + TOOL_MARGIN_MS, summary: `step ${input.step}: ${input.tool}` }, [small({ ...ref, ...input })]);
      const anywhere = plan.toolQueue ? { taskQueue: plan.toolQueue } : {};
      const { routing } = clock;
      const note = (out: ToolOutcome): ToolOutcome => {
        story.note(input.step, input.call, input.tool, out);
        return noteHost(out, routing);
      };
      if (!routing.host) return call(anywhere).then(note, asPortFailure);
      // Where nobody is on the host that has the files, another one builds them again.
      return call({ taskQueue: routing.host, scheduleToStartTimeout: HOST_WAIT }).catch((error: unknown) => (neverStarted(error) ? call(anywhere) : Promise.reject(error as Error))).then(note, asPortFailure);
    },
    compact: (input) => {
      const call = (queue: string, moves: number) => model.compactRun.executeWithOptions({ taskQueue: queue, priority, scheduleToCloseTimeout: `${secondsLeft()}s`, summary: `step ${input.step} makes room` }, [small({ ...ref, ...input, ...routedOf(moves) })]);
      return call(clock.routing.queue, 0).then((outcome) => (outcome.kind === 'moved' ? followMoves(outcome, call, clock.routing).catch(asPortFailure) : outcome), asPortFailure);
    },
    mayCompact: () => patched('compaction'),
    askJudge: ({ step: at }) => clock.askJudge(at),
    abandonStep: (input) => control.abandonStep({ ...ref, ...input }).catch(asPortFailure),
    applyInbox: async (input) => {
      const outcome = await control.applyInbox({ ...ref, ...input }).catch(asPortFailure);
      limits = outcome.limits;
      return outcome;
    },
    askPerson: (input) => control.askPerson({ ...ref, ...input }).catch(asPortFailure),
    finishRun: (input) => control.finishRun({ ...ref, ...input }).catch(asPortFailure),
    wakePending: () => clock.wake.pending,
    clearWake: () => {
      clock.wake.pending = false;
    },
    waitForWake: (seconds) => clock.waitForWake(seconds),
    elapsedSeconds,
    shouldContinueAsNew: () => clock.shouldContinueAsNew(step),
    showWaiting: showStatus,
    showPausing: (status) => {
      if (patched('status-follows')) showStatus(status);
    },
    showProgress: (p) => {
      step = p.step + 1;
      setCurrentDetails(story.progress({ ...p, limits, seconds: elapsedSeconds() }));
      showStep(p.step, p.verdict);
    },
  };
}

function noteHost(outcome: ToolOutcome, routing: Clockwork['routing']): ToolOutcome {
  if ((outcome.kind === 'done' || outcome.kind === 'closed') && outcome.host) routing.host = outcome.host;
  return outcome;
}

const neverStarted = (error: unknown): boolean => error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START';

/** A gate may send a call on to another one: because its runtime failed, or the configuration changed. */
async function followMoves<T extends { kind: string }>(first: ModelMoved, call: (queue: string, moves: number) => Promise<T | ModelMoved>, routing: { queue: string }): Promise<Exclude<T, ModelMoved>> {
  let moved = first;
  for (let moves = 1; ; moves++) {
    if (moved.stays) routing.queue = moved.queue;
    const outcome = await call(moved.queue, moves);
    if (!isMoved(outcome)) return outcome as Exclude<T, ModelMoved>;
    moved = outcome;
  }
}

const isMoved = (outcome: { kind: string }): outcome is ModelMoved => outcome.kind === 'moved';

/**
 * Turns a failure that is final into the loop's own; a cancel and the rest pass through. As a handler and not an async
 * function around the call: the SDK takes a stack trace for each promise that a workflow makes.
 */
function asPortFailure(error: unknown): never {
  // The run's time is over while the activity waits for its next try: the server then gives its last failure.
  if (error instanceof ActivityFailure && error.retryState === 'TIMEOUT') throw new PortFailure('limit_reached');
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) throw new PortFailure(codeOf(error.cause));
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) throw new PortFailure(error.cause.timeoutType === 'SCHEDULE_TO_CLOSE' ? 'limit_reached' : 'tool_failed');
  throw error;
}

function codeOf(failure: ApplicationFailure): ErrorCode {
  return isErrorCode(failure.type) ? failure.type : 'internal';
}

/** An oversized payload would fail the workflow task for ever, unseen: it is refused before it is scheduled. */
function small<T>(input: T): T {
  if (JSON.stringify(input).length > MAX_PAYLOAD_BYTES) throw ApplicationFailure.nonRetryable('An activity input is too large for history.', 'internal');
  return input;
}
