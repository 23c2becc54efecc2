import type { Overlap, RunTemplate, ScheduleRef, ScheduleSpec } from '#contracts';
import type { Tx } from './pool.js';

/** What a schedule starts: runs, or what happens in a world meanwhile. */
export type ScheduleTarget = { kind: 'run' | 'newDocuments'; agent: string; template: RunTemplate; worldId: null } | { kind: 'world'; agent: null; template: null; worldId: string };

export type NewSchedule = ScheduleRef & ScheduleTarget & {
  principalId: string;
  name: string;
  maxConcurrency: number;
  /** Words that new documents must hold; null where all are taken. */
  query: string | null;
  spec: ScheduleSpec;
  overlap: Overlap;
  catchupSeconds: number;
  paused: boolean;
  note: string | null;
};
export type ScheduleRow = NewSchedule & { synced: boolean; deleted: boolean; createdAt: Date };

/** Writes a schedule that Temporal does not know of yet: whoever hears first brings it there. */
export async function insertSchedule(tx: Tx, s: NewSchedule): Promise<void> {
  await tx.query(
    `insert into schedules (tenant_id, schedule_id, principal_id, name, agent, kind, template, max_concurrency, spec, overlap, catchup_seconds, paused, note, world_id, query)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`,
    [s.tenantId, s.scheduleId, s.principalId, s.name, s.agent, s.kind, s.template, s.maxConcurrency, s.spec, s.overlap, s.catchupSeconds, s.paused, s.note, s.worldId, s.query],
  );
}

const COLUMNS = `tenant_id as "tenantId", schedule_id as "scheduleId", principal_id as "principalId", name, agent, kind, template, world_id as "worldId", max_concurrency as "maxConcurrency", spec, overlap,
  catchup_seconds as "catchupSeconds", paused, note, query, synced, deleted_at is not null as deleted, created_at as "createdAt"`;

/** A schedule that was not deleted, or null. */
export async function readSchedule(tx: Tx, ref: ScheduleRef): Promise<ScheduleRow | null> {
  const { rows } = await tx.query<ScheduleRow>(`select ${COLUMNS} from schedules where tenant_id = $1 and schedule_id = $2 and deleted_at is null`, [ref.tenantId, ref.scheduleId]);
  return rows[0] ?? null;
}

/** Schedules, newest first. */
export async function listSchedules(tx: Tx, tenantId: string, page: { before: string | undefined; limit: number }): Promise<ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>(`select ${COLUMNS} from schedules where tenant_id = $1 and deleted_at is null and ($2::uuid is null or schedule_id < $2) order by schedule_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows;
}

/** @returns false where there is no such schedule. What Temporal knows is out of date then. */
export async function pauseSchedule(tx: Tx, ref: ScheduleRef, paused: boolean, note: string | null): Promise<boolean> {
  const { rowCount } = await tx.query('update schedules set paused = $3, note = $4, synced = false where tenant_id = $1 and schedule_id = $2 and deleted_at is null', [ref.tenantId, ref.scheduleId, paused, note]);
  return Boolean(rowCount);
}

export async function deleteSchedule(tx: Tx, ref: ScheduleRef): Promise<boolean> {
  const { rowCount } = await tx.query('update schedules set deleted_at = now(), synced = false where tenant_id = $1 and schedule_id = $2 and deleted_at is null', [ref.tenantId, ref.scheduleId]);
  return Boolean(rowCount);
}

/** Schedules whose state Temporal may not have, deleted ones too, with that state locked while it is brought there. */
export async function readUnsynced(tx: Tx, limit: number): Promise<ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>(`select ${COLUMNS} from schedules where not synced order by created_at limit $1 for update skip locked`, [limit]);
  return rows;
}

export async function readScheduleForSync(tx: Tx, ref: ScheduleRef): Promise<ScheduleRow | null> {
  const { rows } = await tx.query<ScheduleRow>(`select ${COLUMNS} from schedules where tenant_id = $1 and schedule_id = $2 and not synced for update`, [ref.tenantId, ref.scheduleId]);
  return rows[0] ?? null;
}

export async function markSynced(tx: Tx, ref: ScheduleRef): Promise<void> {
  await tx.query('update schedules set synced = true where tenant_id = $1 and schedule_id = $2', [ref.tenantId, ref.scheduleId]);
}

/** Temporal does not take its times: the row is paused and says why, for whoever made it. Call with the row locked. */
export async function refuseSchedule(tx: Tx, ref: ScheduleRef, reason: string): Promise<void> {
  await tx.query('update schedules set synced = true, paused = true, note = $3 where tenant_id = $1 and schedule_id = $2', [ref.tenantId, ref.scheduleId, `Temporal refuses its times: ${reason}`.slice(0, 1_000)]);
}

export type Fire = { nominalAt: Date; runId: string | null; batchId: string | null; worldVersion: number | null; skipped: string | null };

/** The fire of a nominal time, where it was placed before. */
export async function readFire(tx: Tx, ref: ScheduleRef, nominalAt: string): Promise<Fire | null> {
  const { rows } = await tx.query<Fire>(`select nominal_at as "nominalAt", run_id as "runId", batch_id as "batchId", world_version as "worldVersion", skipped from schedule_fires where tenant_id = $1 and schedule_id = $2 and nominal_at = $3`, [ref.tenantId, ref.scheduleId, nominalAt]);
  return rows[0] ?? null;
}

/** Records a fire. The unique key makes two deliveries of one fire collide here, before either has started anything. */
export async function insertFire(tx: Tx, ref: ScheduleRef, f: Omit<Fire, 'nominalAt'> & { nominalAt: string }): Promise<void> {
  await tx.query('insert into schedule_fires (tenant_id, schedule_id, nominal_at, run_id, batch_id, world_version, skipped) values ($1,$2,$3,$4,$5,$6,$7)', [ref.tenantId, ref.scheduleId, f.nominalAt, f.runId, f.batchId, f.worldVersion, f.skipped]);
}

/** The latest fires, newest first. */
export async function readFires(tx: Tx, ref: ScheduleRef, limit: number): Promise<Fire[]> {
  const { rows } = await tx.query<Fire>(`select nominal_at as "nominalAt", run_id as "runId", batch_id as "batchId", world_version as "worldVersion", skipped from schedule_fires where tenant_id = $1 and schedule_id = $2 order by nominal_at desc limit $3`, [ref.tenantId, ref.scheduleId, limit]);
  return rows;
}

/** When the schedule last took a corpus's documents: those added since are new. Null before the first time. */
export async function lastBatchFire(tx: Tx, ref: ScheduleRef): Promise<Date | null> {
  const { rows } = await tx.query<{ at: Date | null }>('select max(created_at) as at from schedule_fires where tenant_id = $1 and schedule_id = $2 and batch_id is not null', [ref.tenantId, ref.scheduleId]);
  return rows[0]!.at;
}
