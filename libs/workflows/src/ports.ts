import { ActivityFailure, ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import { type ErrorCode, errorCodeSchema, MAX_PAYLOAD_BYTES, type RunPlan, type RunRef } from '#contracts';
import { type LoopPorts, PortFailure } from '#loop';
import { control, model, tool } from './proxies.js';
import { showStep } from './visibility.js';

type Clockwork = {
  wake: { pending: boolean };
  waitForWake(seconds: number): Promise<boolean>;
  shouldContinueAsNew(step: number): boolean;
};

/** The loop's ports as Temporal gives them. Summaries name the step and the tool, never arguments. */
export function createPorts(ref: RunRef, plan: RunPlan, clock: Clockwork): LoopPorts {
  let step = plan.nextStep;
  return {
    callModel: (input) => {
      step = input.step;
      const summary = `step ${input.step}${input.attempt > 1 ? ` attempt ${input.attempt}` : ''}${input.steering && !input.steering.holdout ? ` after ${input.steering.rung}` : ''}`;
      return attempt(() => model.callModel.executeWithOptions({ taskQueue: plan.modelQueue, summary }, [small({ ...ref, ...input })]));
    },
    callTool: (input, timeoutMs) => attempt(() => tool.callTool.executeWithOptions({ startToCloseTimeout: timeoutMs, summary: `step ${input.step} ${input.tool}` }, [small({ ...ref, ...input })])),
    abandonStep: (input) => attempt(() => control.abandonStep({ ...ref, ...input })),
    applyInbox: (input) => attempt(() => control.applyInbox({ ...ref, ...input })),
    askPerson: (input) => attempt(() => control.askPerson({ ...ref, ...input })),
    finishRun: (input) => attempt(() => control.finishRun({ ...ref, ...input })),
    wakePending: () => clock.wake.pending,
    clearWake: () => {
      clock.wake.pending = false;
    },
    waitForWake: (seconds) => clock.waitForWake(seconds),
    elapsedSeconds: () => Math.floor((Date.now() - plan.startedAtMs) / 1_000),
    shouldContinueAsNew: () => clock.shouldContinueAsNew(step),
    showProgress: (p) => {
      step = p.step + 1;
      setCurrentDetails(`step ${p.step}: ${p.verdict}${p.steering ? `, ${p.steering}` : ''}`);
      showStep(p.step, p.verdict);
    },
  };
}

/** Turns a failure that is final into the loop's own; a cancel and the rest pass through. */
async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) throw new PortFailure(codeOf(error.cause));
    if (error instanceof ActivityFailure && error.cause?.name === 'TimeoutFailure') throw new PortFailure('tool_failed');
    throw error;
  }
}

function codeOf(failure: ApplicationFailure): ErrorCode {
  const code = errorCodeSchema.safeParse(failure.type);
  return code.success ? code.data : 'internal';
}

/** An oversized payload would fail the workflow task for ever, unseen: it is refused before it is scheduled. */
function small<T>(input: T): T {
  if (JSON.stringify(input).length > MAX_PAYLOAD_BYTES) throw ApplicationFailure.nonRetryable('An activity input is too large for history.', 'internal');
  return input;
}
