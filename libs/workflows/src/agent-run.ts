import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  ContinueAsNew,
  continueAsNew,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { EndStatus, RunPlan, RunRef } from '#contracts';
import { ERROR_CODES, type ErrorCode, WAKE_SIGNAL } from '#contracts/workflow';
import { initialState, type LoopState, runLoop } from '#loop';
import { Judges } from './judges.js';
import { createPorts } from './ports.js';
import { control } from './proxies.js';
import { Story } from './story.js';
import { showStatus } from './visibility.js';

export type AgentRunInput = RunRef & {
  /** Set where an earlier execution of the chain went on in this one. */
  carried?: { plan: RunPlan; state: LoopState };
};

export const wakeSignal = defineSignal(WAKE_SIGNAL);

/** Steps and history events after which a run goes on in a new execution, so that replay stays short. */
const MAX_STEPS = 200;
const MAX_EVENTS = 4_000;

/**
 * One run of an agent, as a chain of executions under one workflow id. History holds ids, numbers and codes only; all
 * content is in Postgres.
 */
export async function agentRun(input: AgentRunInput): Promise<{ status: EndStatus }> {
  const wake = { pending: false };
  setHandler(wakeSignal, () => {
    wake.pending = true;
  });
  const ref: RunRef = { tenantId: input.tenantId, runId: input.runId };
  try {
    return await carry(ref, input, wake);
  } catch (error) {
    if (error instanceof ContinueAsNew || error instanceof RunFailed) throw error;
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => end(ref, 'cancelled', null));
      throw error;
    }
    if (endedBefore(error)) return { status: 'cancelled' };
    // Anything but a failure of Temporal's kind would be tried again for ever, unseen: the run ends, and says so.
    await CancellationScope.nonCancellable(() => end(ref, 'failed', 'internal'));
    throw failure('internal');
  }
}

/** The run was cancelled through the API before its execution began. */
function endedBefore(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === ('run_ended' satisfies ErrorCode);
}

/** The run's end is written; what is left is to tell Temporal. */
class RunFailed extends ApplicationFailure {}

async function carry(ref: RunRef, input: AgentRunInput, wake: { pending: boolean }): Promise<{ status: EndStatus }> {
  const plan = input.carried?.plan ?? (await control.beginRun(ref));
  const state = input.carried?.state ?? initialState(plan);
  const firstStep = state.nextStep;
  showStatus('running');
  const routing: { queue: string; host?: string } = { queue: plan.modelQueue, ...(plan.hostQueue ? { host: plan.hostQueue } : {}) };
  const judges = new Judges(ref, plan);
  const story = new Story(plan.consoleUrl, ref.runId);
  const clock = {
    wake,
    routing,
    waitForWake: (seconds: number) => condition(() => wake.pending, Math.min(seconds, 24 * 3_600) * 1_000),
    askJudge: (step: number) => judges.ask(step),
    shouldContinueAsNew: (step: number) => {
      const info = workflowInfo();
      return info.continueAsNewSuggested || step - firstStep >= MAX_STEPS || info.historyLength >= MAX_EVENTS;
    },
  };
  const ports = createPorts(ref, plan, clock, story);
  const result = await runLoop(state, ports);
  await judges.started();
  if (result.kind === 'continue') {
    const { state } = result;
    return continueAsNew<typeof agentRun>({ ...ref, carried: { plan: { ...plan, modelQueue: routing.queue, ...(routing.host ? { hostQueue: routing.host } : {}), limits: state.limits, nextStep: state.nextStep }, state } });
  }
  showStatus(result.status);
  setCurrentDetails(story.end(result.status, state.nextStep - 1));
  if (result.status === 'failed') throw new RunFailed(`The run failed at step ${state.nextStep - 1}; its reason is with the run.`, 'internal', true);
  if (result.status === 'cancelled') return { status: 'cancelled' };
  return { status: result.status };
}

async function end(ref: RunRef, status: 'cancelled' | 'failed', code: ErrorCode | null): Promise<void> {
  showStatus(status);
  await control.finishRun({ ...ref, status, code, step: 0 });
}

function failure(code: ErrorCode): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message: ERROR_CODES[code].title, nonRetryable: true });
}
