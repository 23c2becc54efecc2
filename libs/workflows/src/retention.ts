import { continueAsNew, proxyActivities, setWorkflowOptions, sleep, workflowInfo } from '@temporalio/workflow';
import type { RetentionActivities } from '#activities';
import { autoUpgrade } from './versioning.js';

const { sweep } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '10s', maximumInterval: '10m' },
});

const EVERY = '1h';
const MAX_EVENTS = 2_000;

/** Removes what is no longer kept, every hour and for ever, one execution after another. */
export async function retention(): Promise<void> {
  while (workflowInfo().historyLength < MAX_EVENTS) {
    await sweep();
    await sleep(EVERY);
  }
  await continueAsNew<typeof retention>();
}

// It never ends, and workers of its version do.
setWorkflowOptions(autoUpgrade, retention);
