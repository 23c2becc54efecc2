import { Context } from '@temporalio/activity';
import type { AbandonStep, ApplyInbox, AskPerson, FinishRun, RoutedCall, RoutedCompact, RunRef, ToolCallInput } from '#contracts';
import { inRun } from '#store';
import { activity as edgeActivity } from '../edge.js';
import { beginRun } from './begin.js';
import { compactRun } from '../memory/compact.js';
import { withBuiltIns } from '../memory/built-ins.js';
import { callModel } from './call-model.js';
import type { Delivery } from './delivery.js';
import { callTool } from './call-tool.js';
import { abandonStep, applyInbox, askPerson, finishRun } from './control.js';
import type { RunDeps } from './deps.js';
import { recordingFailure } from './failure.js';
import { beatOf, withLease } from './lease.js';

export type { RunDeps } from './deps.js';

/** The activities of a run, over their dependencies. `callModel` is served by the gate's worker, the rest by the main one. */
export function createRunActivities(given: RunDeps) {
  /** All that an activity of a sealed run writes is sealed. */
  const activity = <A extends RunRef, R>(fn: (input: A, signal: AbortSignal) => Promise<R>) => edgeActivity((input: A, signal) => inRun(given.pool, input, () => fn(input, signal)));
  const deps: RunDeps = { ...given, agents: new Map([...given.agents].map(([name, agent]) => [name, withBuiltIns(agent)])) };
  return {
    beginRun: activity((ref: RunRef) => beginRun(deps, ref)),
    callModel: activity((input: RoutedCall, signal) => recordingFailure(deps, input, () => callModel(deps, input, deliveryOf(signal)))),
    compactRun: activity((input: RoutedCompact, signal) => compactRun(deps, input, deliveryOf(signal))),
    callTool: activity((input: ToolCallInput, signal) => {
      const context = Context.current();
      return withLease(signal, beatOf(context), (held) => recordingFailure(deps, input, () => callTool(deps, input, held, context.info.attempt)));
    }),
    abandonStep: activity((input: AbandonStep) => abandonStep(deps, input)),
    applyInbox: activity((input: ApplyInbox) => applyInbox(deps, input)),
    askPerson: activity((input: AskPerson) => askPerson(deps, input)),
    finishRun: activity((input: FinishRun) => finishRun(deps, input, Context.current().info.workflowExecution?.runId ?? '')),
  };
}

function deliveryOf(signal: AbortSignal): Delivery {
  const { attempt, taskQueue, priority } = Context.current().info;
  return { signal, delivery: attempt, queue: taskQueue, ...(priority?.priorityKey ? { priority: priority.priorityKey } : {}) };
}

export type RunActivities = ReturnType<typeof createRunActivities>;
