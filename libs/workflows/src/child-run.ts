import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, ChildWorkflowCancellationType, ChildWorkflowFailure, executeChild, ParentClosePolicy, proxyActivities, sleep } from '@temporalio/workflow';
import type { ScheduleActivities } from '#activities';
import type { Priority, RunRef } from '#contracts';
import { PRIORITY_KEYS, workflowIds, WORKFLOWS } from '#contracts/workflow';
import { startAttributes } from './visibility.js';

const { runIsLive } = proxyActivities<Pick<ScheduleActivities, 'runIsLive'>>({ startToCloseTimeout: '30s', retry: { initialInterval: '500ms', maximumInterval: '10s' } });

/**
 * Carries a run whose row is written to its end, as a child. How it ends is in its row; a failed or cancelled run is no
 * failure of whoever started it. A cancel of the caller is passed on, and waited for.
 */
export async function carryRun(ref: RunRef, agent: string, priority: Priority): Promise<void> {
  try {
    await executeChild(WORKFLOWS.agentRun, {
      workflowId: workflowIds.run(ref.runId),
      args: [{ tenantId: ref.tenantId, runId: ref.runId }],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      staticSummary: agent,
      typedSearchAttributes: startAttributes(agent, ref.tenantId),
      priority: { priorityKey: PRIORITY_KEYS[priority], fairnessKey: ref.tenantId },
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return untilEnded(ref);
    if (error instanceof ChildWorkflowFailure && !CancellationScope.current().consideredCancelled) return;
    throw error;
  }
}

/** The reconciler was quicker to start it. */
async function untilEnded(ref: RunRef): Promise<void> {
  for (let seconds = 1; await runIsLive(ref); seconds = Math.min(seconds * 2, 60)) await sleep(seconds * 1_000);
}
