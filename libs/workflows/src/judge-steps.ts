import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { JudgeActivities } from '#activities';
import type { JudgeInput } from '#contracts';
import { PRIORITY_KEYS } from '#contracts/workflow';

/** Comes last at its runtime, and is given up where it takes so long that its verdict would be stale. */
const { judgeSteps: judge } = proxyActivities<JudgeActivities>({
  scheduleToCloseTimeout: '1h',
  startToCloseTimeout: '30m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '1m', maximumAttempts: 10 },
});

/** Judges a run's steps up to one of them. The verdict is in Postgres; nothing comes back. */
export async function judgeSteps(input: JudgeInput): Promise<void> {
  try {
    await judge.executeWithOptions({ taskQueue: input.queue, summary: `judges up to step ${input.step}`, priority: { priorityKey: PRIORITY_KEYS.batch, fairnessKey: input.tenantId } }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // A judge that cannot be asked is a source less, and no failure of anybody.
  }
}
