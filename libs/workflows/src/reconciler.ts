import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { ReconcilerActivities } from '#activities';

const { reconcileRuns } = proxyActivities<ReconcilerActivities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10s' },
});

const EVERY = '5s';
const MAX_EVENTS = 2_000;

/**
 * Starts what is still `queued`, sends wakes again where an inbox was not read, and repairs rows whose execution
 * has ended. Runs for ever, one execution after another.
 */
export async function reconciler(): Promise<void> {
  while (workflowInfo().historyLength < MAX_EVENTS) {
    await reconcileRuns();
    await sleep(EVERY);
  }
  await continueAsNew<typeof reconciler>();
}
