import { Inject, Injectable } from '@nestjs/common';
import { HoldfastError, isLive, PRIORITY_KEYS, type QueuePlace, type RunRef, workflowIds } from '#contracts';
import { type Pool, readRun, type RunRow, withTx } from '#store';
import { POOL } from '../core/tokens.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { RuntimeDirectory } from './runtime-directory.js';

const NOWHERE: QueuePlace = { waiting: false, queue: null, place: null, estimatedWaitSeconds: null, since: null };
/** PENDING_ACTIVITY_STATE_SCHEDULED of Temporal's API. */
const SCHEDULED = 1;

/** Where a run stands in front of its model, from Temporal's own queue. */
@Injectable()
export class RunQueue {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
    @Inject(RuntimeDirectory) private readonly directory: RuntimeDirectory,
  ) {}

  /** @throws HoldfastError `not_found`, `temporal_unavailable` */
  async placeOf(ref: RunRef): Promise<QueuePlace> {
    const run = await withTx(this.pool, ref.tenantId, (tx) => readRun(tx, ref));
    if (!run) throw new HoldfastError('not_found', 'There is no run with this id.');
    if (!isLive(run.status) || !run.runtime_id || !run.model) return NOWHERE;
    const since = await this.waitingSince(ref.runId);
    if (!since) return NOWHERE;
    return { waiting: true, since: since.toISOString(), ...(await this.place(ref.tenantId, run, run.runtime_id, run.model)) };
  }

  private async place(tenantId: string, run: RunRow, runtimeId: string, model: string): Promise<Pick<QueuePlace, 'queue' | 'place' | 'estimatedWaitSeconds'>> {
    const queue = this.directory.queueOf(runtimeId, model);
    const depth = await this.directory.depth(queue);
    if (!depth) return { queue, place: null, estimatedWaitSeconds: null };
    const key = PRIORITY_KEYS[run.priority];
    const before = Object.entries(depth.byPriority).reduce((sum, [priority, waiting]) => sum + (Number(priority) <= key ? waiting : 0), 0);
    const place = Math.max(1, before || depth.waiting);
    return { queue, place, estimatedWaitSeconds: Math.round(place * (await this.directory.secondsOf(tenantId, runtimeId, model))) };
  }

  /** Since when the run's model call is scheduled and no gate has taken it. */
  private async waitingSince(runId: string): Promise<Date | null> {
    try {
      const { raw } = await this.temporal.ask((client) => client.workflow.getHandle(workflowIds.run(runId)).describe());
      const waiting = raw.pendingActivities?.find((a) => a.activityType?.name === 'callModel' && a.state === SCHEDULED);
      return waiting ? new Date(Number(waiting.scheduledTime?.seconds ?? 0) * 1_000) : null;
    } catch (cause) {
      throw new HoldfastError('temporal_unavailable', 'Temporal does not tell about this run now.', { cause });
    }
  }
}
