import type { WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { type Priority, PRIORITY_KEYS, type RunRef, TASK_QUEUES, workflowIds } from '#contracts';

const AGENT = defineSearchAttributeKey('HoldfastAgent', SearchAttributeType.KEYWORD);
const STATUS = defineSearchAttributeKey('HoldfastStatus', SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey('HoldfastTenant', SearchAttributeType.KEYWORD);

export type RunToStart = RunRef & {
  agent: string;
  priority: Priority;
  startAt?: Date | null | undefined;
  /** The run goes on after its end: a new execution under the same workflow id. A new run never gets a second one, whatever is asked twice. */
  again: boolean;
};

export type RunStartOptions = WorkflowStartOptions & { workflowId: string; args: [RunRef] };

/** How the workflow of a run is started, by whoever starts it. */
export function runStartOptions(run: RunToStart): RunStartOptions {
  const delay = run.startAt ? run.startAt.getTime() - Date.now() : 0;
  return {
    workflowId: workflowIds.run(run.runId),
    taskQueue: TASK_QUEUES.main,
    args: [{ tenantId: run.tenantId, runId: run.runId }],
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: run.again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    staticSummary: run.agent,
    typedSearchAttributes: [
      { key: AGENT, value: run.agent },
      { key: STATUS, value: 'queued' },
      { key: TENANT, value: run.tenantId },
    ],
    priority: { priorityKey: PRIORITY_KEYS[run.priority], fairnessKey: run.tenantId },
    ...(delay > 0 ? { startDelay: delay } : {}),
  };
}
