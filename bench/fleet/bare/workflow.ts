import { condition, executeChild } from '@temporalio/workflow';

/** What a batch is measured against: a parent that does nothing but start a child an item, so many at once. */
export async function bareParent(input: { tenantId: string; runIds: string[]; concurrency: number; taskQueue: string }): Promise<void> {
  let running = 0;
  for (const runId of input.runIds) {
    await condition(() => running < input.concurrency);
    running++;
    void executeChild('agentRun', { workflowId: `run-${runId}`, taskQueue: input.taskQueue, args: [{ tenantId: input.tenantId, runId }] }).finally(() => running--);
  }
  await condition(() => running === 0);
}
