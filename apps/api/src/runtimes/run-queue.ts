import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { HoldfastError, PRIORITY_KEYS, type QueuePlace, type RunRef, type RunStatus, workflowIds } from '#contracts';
import { type Pool, readRun, type RunRow, withTx } from '#store';
import { POOL } from '../core/tokens.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { RuntimeDirectory } from './runtime-directory.js';

const NOWHERE: QueuePlace = { waiting: false, queue: null, place: null, estimatedWaitSeconds: null, gates: null, since: null };
/** In which a model call can be under way. */
const CALLING: readonly RunStatus[] = ['running', 'waiting_runtime', 'cancelling'];
/** Longest that reading a run waits for Temporal to tell the run's place. */
const GLANCE_MS = 500;
/** Readers of a run within this share one glance: a place is an estimate. */
const GLANCE_HELD_MS = 1_000;
const MOST_GLANCES = 1_000;
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

  private readonly glances = new Map<string, { until: number; place: Promise<QueuePlace | null> }>();

  /** @throws HoldfastError `not_found`, `temporal_unavailable` */
  async placeOf(ref: RunRef): Promise<QueuePlace> {
    const run = await withTx(this.pool, ref.tenantId, (tx) => readRun(tx, ref));
    if (!run) throw new HoldfastError('not_found', 'There is no run with this id.');
    if (!CALLING.includes(run.status) || !run.runtime_id || !run.model) return NOWHERE;
    const since = await this.waitingSince(ref.runId);
    if (!since) return NOWHERE;
    return { waiting: true, since: since.toISOString(), ...(await this.place(ref.tenantId, run, run.runtime_id, run.model)) };
  }

  /**
   * The same for whoever reads a run: null where nothing waits in a queue, and where Temporal does not say in time. A run
   * whose runtime is away stands in no queue: its status says what it waits for.
   */
  async glance(ref: RunRef, status: RunStatus): Promise<QueuePlace | null> {
    if (!CALLING.includes(status) || status === 'waiting_runtime') return null;
    const key = `${ref.tenantId}/${ref.runId}`;
    const held = this.glances.get(key);
    if (held && held.until > Date.now()) return held.place;
    const place = Promise.race([this.placeOf(ref).catch(() => null), sleep(GLANCE_MS, null, { ref: false })]).then((found) => (found?.waiting ? found : null));
    this.glances.delete(key);
    this.glances.set(key, { until: Date.now() + GLANCE_HELD_MS, place });
    if (this.glances.size > MOST_GLANCES) this.glances.delete(this.glances.keys().next().value!);
    return place;
  }

  private async place(tenantId: string, run: RunRow, runtimeId: string, model: string): Promise<Pick<QueuePlace, 'queue' | 'place' | 'estimatedWaitSeconds' | 'gates'>> {
    const queue = this.directory.queueOf(runtimeId, model);
    const depth = await this.directory.depth(queue);
    if (!depth) return { queue, place: null, estimatedWaitSeconds: null, gates: null };
    const key = PRIORITY_KEYS[run.priority];
    const before = Object.entries(depth.byPriority).reduce((sum, [priority, waiting]) => sum + (Number(priority) <= key ? waiting : 0), 0);
    const place = Math.max(1, before || depth.waiting);
    return { queue, place, gates: depth.pollers, estimatedWaitSeconds: Math.round(place * (await this.directory.secondsOf(tenantId, runtimeId, model))) };
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
