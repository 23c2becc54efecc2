import { Inject, Injectable } from '@nestjs/common';
import { isGrpcServiceError, ScheduleNotFoundError } from '@temporalio/client';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { type CreateSchedule, HoldfastError, type Overlap, scheduleIdOf, type ScheduleRef, type ScheduleView } from '#contracts';
import { describeError, type Logger, overlapPolicy, syncSchedule } from '#platform';
import { deleteSchedule, insertSchedule, markSynced, pauseSchedule, type Pool, readFires, readSchedule, readScheduleForSync, readWorld, refuseSchedule, type ScheduleRow, type ScheduleTarget, withTx } from '#store';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import type { Caller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { LOGGER, POOL } from '../core/tokens.js';
import { requireCorpus } from '../corpora/require-corpus.js';
import { InvalidRequest, toIssues } from '../http/invalid-request.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { matchingTimes, nextTimes } from './times.js';

const LATEST_FIRES = 20;

export type CreatedSchedule = { schedule: ScheduleView; replayed: boolean };

/** Makes, pauses and ends schedules: the row first, then Temporal's Schedule of the same id. */
@Injectable()
export class Schedules {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {}

  async create(caller: Caller, body: CreateSchedule, key: string | undefined): Promise<CreatedSchedule> {
    const target = this.fit(body);
    await this.require(caller, target);
    const answer = await this.writes.once({ caller, route: 'POST /v1/schedules', key, body }, async (tx) => {
      const scheduleId = uuidv7();
      await insertSchedule(tx, { tenantId: caller.tenantId, scheduleId, principalId: caller.principalId, name: body.name, ...target, spec: body.spec, query: body.newDocuments?.query ?? null, overlap: body.overlap, catchupSeconds: body.catchupSeconds, paused: body.paused, note: body.note ?? null });
      return { status: 201, headers: {}, body: { id: scheduleId } };
    });
    const ref = { tenantId: caller.tenantId, scheduleId: (answer.body as { id: string }).id };
    const refusal = await this.bring(ref);
    if (refusal !== null) {
      await withTx(this.pool, ref.tenantId, (tx) => deleteSchedule(tx, ref));
      throw new InvalidRequest([{ path: 'spec', message: refusal }]);
    }
    return { schedule: await this.view(ref), replayed: answer.replayed };
  }

  async pause(caller: Caller, scheduleId: string, paused: boolean, note: string | undefined): Promise<ScheduleView> {
    const ref = { tenantId: caller.tenantId, scheduleId };
    if (!(await withTx(this.pool, ref.tenantId, (tx) => pauseSchedule(tx, ref, paused, note ?? null)))) throw missing();
    await this.bring(ref);
    return this.view(ref);
  }

  async remove(caller: Caller, scheduleId: string): Promise<void> {
    const ref = { tenantId: caller.tenantId, scheduleId };
    if (!(await withTx(this.pool, ref.tenantId, (tx) => deleteSchedule(tx, ref)))) throw missing();
    await this.bring(ref);
  }

  /** Fires now. The same key within Temporal's memory fires once. */
  async trigger(caller: Caller, scheduleId: string, overlap: Overlap | undefined, key: string | undefined): Promise<ScheduleView> {
    const ref = { tenantId: caller.tenantId, scheduleId };
    const schedule = await this.existing(ref);
    const patch = { triggerImmediately: { overlapPolicy: overlapNumber(overlap ?? schedule.overlap) } };
    // The client's token, not one of each try: Temporal takes a request of one id once.
    const requestId = key === undefined ? uuidv7() : uuidv5(key, scheduleId);
    await this.tell((client, namespace) => client.workflowService.patchSchedule({ namespace, scheduleId: scheduleIdOf(scheduleId), patch, requestId, identity: 'holdfast-api' }));
    return this.view(ref);
  }

  /** Fires for every time that was due in a range. */
  async backfill(caller: Caller, scheduleId: string, range: { from: string; to: string; overlap: Overlap }): Promise<ScheduleView> {
    const ref = { tenantId: caller.tenantId, scheduleId };
    await this.existing(ref);
    await this.tell((client) => client.schedule.getHandle(scheduleIdOf(scheduleId)).backfill({ start: new Date(range.from), end: new Date(range.to), overlap: overlapPolicy(range.overlap) }));
    return this.view(ref);
  }

  /** The times at which the schedule fires in a range. */
  async times(caller: Caller, scheduleId: string, from: Date, to: Date): Promise<string[]> {
    await this.existing({ tenantId: caller.tenantId, scheduleId });
    return this.tell((client, namespace) => matchingTimes(client, namespace, scheduleId, from, to));
  }

  async view(ref: ScheduleRef): Promise<ScheduleView> {
    const schedule = await this.existing(ref);
    const [times, fires] = await Promise.all([
      this.temporal.ask((client) => nextTimes(client, ref.scheduleId)).catch(() => null),
      withTx(this.pool, ref.tenantId, (tx) => readFires(tx, ref, LATEST_FIRES)),
    ]);
    return toView(schedule, times, fires);
  }

  async existing(ref: ScheduleRef): Promise<ScheduleRow> {
    const schedule = await withTx(this.pool, ref.tenantId, (tx) => readSchedule(tx, ref));
    if (!schedule) throw missing();
    return schedule;
  }

  /** Brings the row to Temporal; where that does not answer the reconciler does it. @returns why Temporal refuses its times, else null. */
  private async bring(ref: ScheduleRef): Promise<string | null> {
    try {
      return await withTx(this.pool, ref.tenantId, async (tx) => {
        const row = await readScheduleForSync(tx, ref);
        if (!row) return null;
        const refusal = await this.temporal.ask((client) => syncSchedule(client, row));
        await (refusal === null ? markSynced(tx, ref) : refuseSchedule(tx, ref, refusal));
        return refusal;
      });
    } catch (error) {
      if (!isGrpcServiceError((error as Error).cause ?? error)) throw error;
      this.logger.warn({ scheduleId: ref.scheduleId, error: describeError(error) }, 'Temporal did not take a schedule; the reconciler brings it there');
      return null;
    }
  }

  private async tell<T>(send: Parameters<TemporalGateway['ask']>[0]): Promise<T> {
    try {
      return (await this.temporal.ask(send)) as T;
    } catch (cause) {
      if (cause instanceof ScheduleNotFoundError) throw new HoldfastError('temporal_unavailable', 'Temporal has not heard of this schedule yet. Try again in a moment.', { cause });
      throw new HoldfastError('temporal_unavailable', 'Temporal does not answer. Try again once it is back.', { cause });
    }
  }

  private fit(body: CreateSchedule): ScheduleTarget & { maxConcurrency: number } {
    if (body.world) return { kind: 'world', agent: null, template: null, worldId: body.world.worldId, maxConcurrency: 1 };
    const kind = body.run ? 'run' : 'newDocuments';
    const template = body.run ?? body.newDocuments!.run;
    const agent = this.agents.get(template.agent);
    const parsed = agent.input.safeParse(template.input);
    if (!parsed.success) throw new InvalidRequest(toIssues(parsed.error.issues)).under(kind === 'run' ? 'run.input' : 'newDocuments.run.input');
    // A template lies unsealed until its runs begin.
    if (agent.sensitive) throw new InvalidRequest([{ path: 'run.agent', message: `agent ${agent.name} is for sensitive content: its runs are started one by one, with POST /v1/runs` }]);
    return { kind, agent: agent.name, template, worldId: null, maxConcurrency: body.newDocuments?.maxConcurrency ?? 1 };
  }

  /** What the target names must be there. */
  private async require(caller: Caller, target: ScheduleTarget): Promise<void> {
    const { tenantId } = caller;
    await withTx(this.pool, tenantId, async (tx) => {
      if (target.kind === 'world') {
        if (!(await readWorld(tx, { tenantId, worldId: target.worldId }))) throw new InvalidRequest([{ path: 'world.worldId', message: 'there is no world with this id' }]);
        return;
      }
      await requireCorpus(tx, { tenantId, agent: this.agents.get(target.agent), corpusId: target.template.corpusId, path: target.kind === 'run' ? 'run.corpusId' : 'newDocuments.run.corpusId' });
    });
  }
}

function missing(): HoldfastError {
  return new HoldfastError('not_found', 'There is no schedule with this id.');
}

const OVERLAP_NUMBERS: Record<Overlap, number> = { skip: 1, buffer_one: 2, buffer_all: 3, cancel_other: 4, terminate_other: 5, allow_all: 6 };
const overlapNumber = (overlap: Overlap): number => OVERLAP_NUMBERS[overlap];

export function toView(s: ScheduleRow, next: string[] | null, fires: Awaited<ReturnType<typeof readFires>>): ScheduleView {
  return {
    id: s.scheduleId,
    name: s.name,
    query: s.query,
    agent: s.agent,
    kind: s.kind,
    worldId: s.worldId,
    spec: s.spec,
    overlap: s.overlap,
    catchupSeconds: s.catchupSeconds,
    paused: s.paused,
    note: s.note,
    createdAt: s.createdAt.toISOString(),
    nextTimes: next,
    lastFires: fires.map((f) => ({ ...f, nominalAt: f.nominalAt.toISOString() })),
  };
}
