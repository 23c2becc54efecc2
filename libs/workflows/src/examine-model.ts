import { proxyActivities } from '@temporalio/workflow';
import type { ExaminationActivities } from '#activities';
import type { ExaminationInput } from '#contracts';

/** Queues behind other calls of the runtime; given up where the runtime stays away, since it can be asked for again. */
const { examineModel: examine } = proxyActivities<ExaminationActivities>({
  scheduleToCloseTimeout: '6h',
  startToCloseTimeout: '2h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '2s', maximumInterval: '1m', maximumAttempts: 20 },
});

/** Examines one model through its gate. The findings are in Postgres; only their number comes back. */
export async function examineModel(input: ExaminationInput): Promise<{ failed: number }> {
  return examine.executeWithOptions({ taskQueue: input.queue, summary: 'doctor', priority: { priorityKey: input.brief ? 5 : 3, fairnessKey: input.tenantId } }, [input]);
}
