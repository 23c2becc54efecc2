import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TASK_QUEUES, WAKE_SIGNAL, workflowIds, WORKFLOWS } from '#contracts';
import { runStartOptions, syncSchedule } from '#platform';
import type { ExecutionState, RunStarter } from '#activities';

/** Executions that Temporal lists at a time. */
const PAGE = 1_000;

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
      // A queued row without an execution is new, or was resumed: only that one has an execution that ended.
      await client.workflow.start(WORKFLOWS.agentRun, runStartOptions({ ...run, again: run.resumed })).catch(ignoreStarted);
    },
    async wake(ref) {
      await client.workflow.getHandle(workflowIds.run(ref.runId)).signal(WAKE_SIGNAL).catch(ignoreGone);
    },
    async cancel(ref) {
      await client.workflow.getHandle(workflowIds.run(ref.runId)).cancel().catch(ignoreGone);
    },
    async startedAt(ref) {
      return (await client.workflow.getHandle(workflowIds.run(ref.runId)).describe()).startTime;
    },
    describeIngestion: ({ ingestionId }) => stateOf(client, workflowIds.ingestion(ingestionId)),
    async runningRuns(limit) {
      const found: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = '${WORKFLOWS.agentRun}' and ExecutionStatus = 'Running'`, pageSize: Math.min(limit, PAGE) })) {
        if (found.push(workflowId.replace(workflowIds.run(''), '')) >= limit) break;
      }
      return found;
    },
    async terminate(runId) {
      await client.workflow.getHandle(workflowIds.run(runId)).terminate('its run has ended').catch(ignoreGone);
    },
    async startIngestion({ tenantId, ingestionId }) {
      await client.workflow.start(WORKFLOWS.ingestion, { workflowId: workflowIds.ingestion(ingestionId), taskQueue: TASK_QUEUES.main, args: [{ tenantId, ingestionId }], workflowIdReusePolicy: 'REJECT_DUPLICATE', staticSummary: 'ingestion' }).catch(ignoreStarted);
    },
    async startBatch({ tenantId, batchId }) {
      // A batch that is queued again, for what failed, has an execution that ended.
      await client.workflow.start(WORKFLOWS.batch, { workflowId: workflowIds.batch(batchId), taskQueue: TASK_QUEUES.main, args: [{ tenantId, batchId }], workflowIdReusePolicy: 'ALLOW_DUPLICATE', workflowIdConflictPolicy: 'FAIL', staticSummary: 'batch' }).catch(ignoreStarted);
    },
    describeBatch: ({ batchId }) => stateOf(client, workflowIds.batch(batchId)),
    async cancelBatch({ batchId }) {
      await client.workflow.getHandle(workflowIds.batch(batchId)).cancel().catch(ignoreGone);
    },
    syncSchedule: (schedule) => syncSchedule(client, schedule),
    describe: (ref) => stateOf(client, workflowIds.run(ref.runId)),
  };
}

async function stateOf(client: Client, workflowId: string): Promise<ExecutionState> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return STATES[status.name] ?? 'running';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}

function ignoreStarted(error: unknown): void {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
