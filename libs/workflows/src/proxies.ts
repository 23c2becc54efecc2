import { proxyActivities } from '@temporalio/workflow';
import type { RunActivities } from '#activities';
import { MODEL_RETRY } from '#contracts/workflow';

// Which failures are final is said by the failure itself (`nonRetryable`): a list here would be written to history with every activity.

/** One transaction in Postgres: tried until Postgres is back, since the run can do nothing else. */
export const control = proxyActivities<Pick<RunActivities, 'beginRun' | 'abandonStep' | 'applyInbox' | 'askPerson' | 'finishRun'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/**
 * A model call: hours on a small machine, so liveness comes from the heartbeat. Tried until the runtime is back; the
 * run says `waiting_runtime` meanwhile.
 */
export const model = proxyActivities<Pick<RunActivities, 'callModel' | 'compactRun'>>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: MODEL_RETRY.firstMs, backoffCoefficient: MODEL_RETRY.factor, maximumInterval: MODEL_RETRY.longestMs },
});

/** A tool call: its own time limit is given with each call. */
export const tool = proxyActivities<Pick<RunActivities, 'callTool'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});
