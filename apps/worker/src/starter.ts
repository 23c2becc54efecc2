import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { PRIORITY_KEYS, TASK_QUEUES, WAKE_SIGNAL, workflowIds, WORKFLOWS } from '#contracts';
import type { ExecutionState, RunStarter } from '#activities';

const AGENT = defineSearchAttributeKey('HoldfastAgent', SearchAttributeType.KEYWORD);
const STATUS = defineSearchAttributeKey('HoldfastStatus', SearchAttributeType.KEYWORD);
const TENANT = defineSearchAttributeKey('HoldfastTenant', SearchAttributeType.KEYWORD);

const STATES: Record<string, ExecutionState> = {
  RUNNING: 'running',
  CONTINUED_AS_NEW: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

/** The reconciler's hands on Temporal. */
export function createRunStarter(client: Client): RunStarter {
  return {
    async start(run) {
      const delay = run.startAt ? run.startAt.getTime() - Date.now() : 0;
      try {
        await client.workflow.start(WORKFLOWS.agentRun, {
          workflowId: workflowIds.run(run.runId),
          taskQueue: TASK_QUEUES.main,
          args: [{ tenantId: run.tenantId, runId: run.runId }],
          workflowIdConflictPolicy: 'FAIL',
          // A queued row without an execution is new, or was resumed: only that one has an execution that ended.
          workflowIdReusePolicy: run.resumed ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
          staticSummary: run.agent,
          typedSearchAttributes: [
            { key: AGENT, value: run.agent },
            { key: STATUS, value: 'queued' },
            { key: TENANT, value: run.tenantId },
          ],
          priority: { priorityKey: PRIORITY_KEYS[run.priority], fairnessKey: run.tenantId },
          ...(delay > 0 ? { startDelay: delay } : {}),
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
    async wake(ref) {
      await client.workflow.getHandle(workflowIds.run(ref.runId)).signal(WAKE_SIGNAL).catch(ignoreGone);
    },
    async cancel(ref) {
      await client.workflow.getHandle(workflowIds.run(ref.runId)).cancel().catch(ignoreGone);
    },
    async startIngestion({ tenantId, ingestionId }) {
      try {
        await client.workflow.start(WORKFLOWS.ingestion, { workflowId: workflowIds.ingestion(ingestionId), taskQueue: TASK_QUEUES.main, args: [{ tenantId, ingestionId }], workflowIdReusePolicy: 'REJECT_DUPLICATE', staticSummary: 'ingestion' });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
    async describe(ref) {
      try {
        const { status } = await client.workflow.getHandle(workflowIds.run(ref.runId)).describe();
        return STATES[status.name] ?? 'running';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'missing';
        throw error;
      }
    },
  };
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
