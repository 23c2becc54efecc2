import { defineSearchAttributeKey, SearchAttributeType, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, ChildWorkflowCancellationType, ChildWorkflowFailure, executeChild, ParentClosePolicy, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ScheduleActivities } from '#activities';
import type { ScheduleRef } from '#contracts';
import { workflowIds, WORKFLOWS } from '#contracts/workflow';
import { carryRun } from './child-run.js';

const DUE = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

const control = proxyActivities<Pick<ScheduleActivities, 'placeFire'>>({ startToCloseTimeout: '60s', retry: { initialInterval: '500ms', maximumInterval: '30s' } });

/**
 * One fire of a schedule: writes the row of what it starts, starts that as a child and waits for its end, so that
 * Temporal's overlap policies know what is under way. A target that was cancelled is not started again. What happens in
 * a world is done with the row.
 */
export async function scheduledFire(ref: ScheduleRef): Promise<void> {
  const placed = await control.placeFire({ tenantId: ref.tenantId, scheduleId: ref.scheduleId, nominalAt: nominalTime().toISOString() });
  if (placed.kind === 'none' || placed.kind === 'world' || !placed.live) return;
  if (placed.kind === 'run') return carryRun({ tenantId: ref.tenantId, runId: placed.runId }, placed.agent, 'scheduled');
  await carryBatch(ref.tenantId, placed.batchId);
}

async function carryBatch(tenantId: string, batchId: string): Promise<void> {
  try {
    await executeChild(WORKFLOWS.batch, {
      workflowId: workflowIds.batch(batchId),
      args: [{ tenantId, batchId }],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      staticSummary: 'batch',
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    if (error instanceof ChildWorkflowFailure && !CancellationScope.current().consideredCancelled) return;
    throw error;
  }
}

/** When the fire was due, to the millisecond: Temporal says so in a search attribute of its own. */
function nominalTime(): Date {
  return workflowInfo().typedSearchAttributes.get(DUE) ?? workflowInfo().startTime;
}
