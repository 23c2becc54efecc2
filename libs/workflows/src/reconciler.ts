import { continueAsNew, patched, proxyActivities, setWorkflowOptions, sleep, workflowInfo } from '@temporalio/workflow';
import type { ReconcilerActivities, WebhookActivities } from '#activities';
import { autoUpgrade } from './versioning.js';

const { reconcileRuns } = proxyActivities<ReconcilerActivities>({
  startToCloseTimeout: '2m',
  // A pass comes every few seconds: one that fails leaves it to the next.
  retry: { maximumAttempts: 1 },
});
const { handOverDeliveries } = proxyActivities<Pick<WebhookActivities, 'handOverDeliveries'>>({
  startToCloseTimeout: '1m',
  retry: { maximumAttempts: 1 },
});

const EVERY = '5s';
const MAX_EVENTS = 2_000;

/**
 * Starts what is still `queued`, sends wakes again where an inbox was not read, repairs rows whose execution has
 * ended, and hands webhook deliveries to workflows of their own. Runs for ever, one execution after another.
 */
export async function reconciler(): Promise<void> {
  while (workflowInfo().historyLength < MAX_EVENTS) {
    // A row that cannot be mended fails every pass, and must not hold the deliveries up.
    await reconcileRuns().catch(() => undefined);
    if (patched('webhooks')) await handOverDeliveries().catch(() => undefined);
    await sleep(EVERY);
  }
  await continueAsNew<typeof reconciler>();
}

// It never ends, and workers of its version do.
setWorkflowOptions(autoUpgrade, reconciler);
