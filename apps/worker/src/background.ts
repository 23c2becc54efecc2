import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type DeliveryRef, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';

const RETRY_MS = 5_000;

/** Starts a webhook delivery's execution; one that is running is left alone, one that is gone is started again. */
export async function startDelivery(client: Client, ref: DeliveryRef): Promise<void> {
  try {
    await client.workflow.start(WORKFLOWS.webhookDelivery, { workflowId: workflowIds.webhookDelivery(ref.deliveryId), taskQueue: TASK_QUEUES.main, args: [ref], workflowIdConflictPolicy: 'USE_EXISTING', staticSummary: 'webhook' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Starts the sweep of what is no longer kept, which one worker or another has mostly done before. */
export async function startRetention(client: Client, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      await client.workflow.start(WORKFLOWS.retention, { workflowId: workflowIds.retention, taskQueue: TASK_QUEUES.main, workflowIdConflictPolicy: 'USE_EXISTING', staticSummary: 'removes what is no longer kept' });
      return;
    } catch {
      await sleep(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
}
