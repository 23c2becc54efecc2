import { ActivityFailure, ApplicationFailure, CancellationScope, condition, continueAsNew, isCancellation, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { BatchActivities } from '#activities';
import type { BatchRef } from '#contracts';
import { carryRun } from './child-run.js';

const control = proxyActivities<BatchActivities>({ startToCloseTimeout: '60s', retry: { initialInterval: '500ms', maximumInterval: '10s' } });

/** Items after which a batch goes on in a new execution: its history stays short, and no child is under way then. */
const ITEMS_PER_EXECUTION = 200;
const MAX_EVENTS = 4_000;
/** The rows of so many runs are written at once, at most. */
const MAX_CLAIM = 50;

/** Carries a batch: at most `maxConcurrency` runs at once, each a child, in the order of the items. */
export async function batch(input: BatchRef): Promise<void> {
  const ref: BatchRef = { tenantId: input.tenantId, batchId: input.batchId };
  const lanes: Lanes = { running: 0 };
  try {
    const status = await carryItems(ref, lanes);
    if (status === 'more') return await continueAsNew<typeof batch>(ref);
    await control.finishBatch({ ...ref, status });
  } catch (error) {
    if (isGone(error)) return;
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => endCancelled(ref, lanes));
    throw error;
  }
}

/** Runs under way. */
type Lanes = { running: number };

/** The runs were cancelled with this workflow: it ends after them. */
async function endCancelled(ref: BatchRef, lanes: Lanes): Promise<void> {
  await condition(() => lanes.running === 0);
  await control.finishBatch({ ...ref, status: 'cancelled' });
}

async function carryItems(ref: BatchRef, lanes: Lanes): Promise<'completed' | 'cancelled' | 'more'> {
  const plan = await control.beginBatch(ref);
  if (plan.cancelled) return 'cancelled';
  const { agent, maxConcurrency } = plan;
  // Claims of few items cost an activity each; slots are filled once a good part of them is free.
  const worthwhile = Math.max(1, Math.floor(maxConcurrency / 4));
  let { claim } = plan;
  let started = 0;
  let left = true;
  let cancelled = false;
  while (left && !cancelled && started < ITEMS_PER_EXECUTION && workflowInfo().historyLength < MAX_EVENTS) {
    await condition(() => maxConcurrency - lanes.running >= worthwhile);
    const limit = Math.min(maxConcurrency - lanes.running, MAX_CLAIM);
    const claimed = await control.claimBatchItems({ ...ref, claim: ++claim, limit });
    cancelled = claimed.cancelled;
    left = claimed.runIds.length === limit;
    started += claimed.runIds.length;
    for (const runId of claimed.runIds) {
      lanes.running++;
      void carryRun({ tenantId: ref.tenantId, runId }, agent, 'batch')
        .catch(() => undefined)
        .finally(() => lanes.running--);
    }
    setCurrentDetails(`${lanes.running} runs under way, ${started} started by this execution`);
  }
  await condition(() => lanes.running === 0);
  if (cancelled) return 'cancelled';
  return left ? 'more' : 'completed';
}

/** The batch was deleted while it ran. */
function isGone(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === 'not_found';
}
