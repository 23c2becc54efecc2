import type { IngestionRef, Priority, RunRef, RunStatus } from '#contracts';
import type { Tx } from './pool.js';
import { LIVE_SQL } from './threads/threads.js';

export type LiveRun = RunRef & { agent: string; status: RunStatus; priority: Priority; unread: number; startAt: Date | null; /** Had begun before: it goes on after a resume. */ resumed: boolean; /** When it became `queued` last. */ queuedAt: Date };

/**
 * Live runs of all tenants that may need a hand, oldest first (but those that wait for their thread): queued ones that should have started, ones with an
 * inbox that was not read for a while (not for ever: a run that is busy for hours would fill its history with wakes; nor ones that wait for their runtime, which read it with each try), and (`all`) every other one, whose row is compared with its execution.
 */
export async function readLiveRuns(tx: Tx, options: { staleSeconds: number; all: boolean; after: string | null; limit: number }): Promise<LiveRun[]> {
  const { rows } = await tx.query<LiveRun>(
    `select r.tenant_id as "tenantId", r.run_id as "runId", r.agent, r.status, r.priority, r.start_at as "startAt", r.started_at is not null as resumed, h.inbox_seq - h.inbox_read as unread,
            coalesce((select max(e.at) from events e where r.status = 'queued' and e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.type = 'run.resumed'), r.created_at) as "queuedAt"
     from runs r join run_heads h using (tenant_id, run_id)
     where r.thread_wait is null and r.status in ('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling')
       and ($3::uuid is null or r.run_id > $3)
       and ($2 or (r.status = 'queued' and r.created_at < now() - make_interval(secs => $1))
            or (r.status <> 'waiting_runtime' and exists (select 1 from inbox i where i.run_id = r.run_id and i.applied_at is null
                       and i.created_at between now() - make_interval(secs => $1 * 20) and now() - make_interval(secs => $1))))
     order by r.run_id limit $4`,
    [options.staleSeconds, options.all, options.after, options.limit],
  );
  return rows;
}

/** Ingestions of all tenants that say they are running, for a look at their executions. */
export async function readRunningIngestions(tx: Tx, limit: number): Promise<IngestionRef[]> {
  const { rows } = await tx.query<IngestionRef>(`select tenant_id as "tenantId", ingestion_id as "ingestionId" from ingestions where status = 'running' order by ingestion_id limit $1`, [limit]);
  return rows;
}

/** Fails the files of an ingestion that nobody will read any more. */
export async function failPendingFiles(tx: Tx, ref: IngestionRef, failure: { code: string; detail: string }): Promise<void> {
  await tx.query(`update ingestion_files set state = 'failed', failure = $3 where tenant_id = $1 and ingestion_id = $2 and state = 'pending'`, [ref.tenantId, ref.ingestionId, failure]);
}

/** Which of these runs have ended more than `seconds` ago. One that is not here at all may be another installation's. */
export async function readLongEnded(tx: Tx, runIds: string[], seconds: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>('select run_id as id from runs where run_id = any($1::uuid[]) and ended_at < now() - make_interval(secs => $2)', [runIds, seconds]);
  return rows.map((r) => r.id);
}

/** Which of these runs are deleted, and are not needed by a live run that was forked from them. */
export async function readDeletedRuns(tx: Tx, runIds: string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with recursive needed as (
       select forked_from as id from runs where forked_from is not null and status in ${LIVE_SQL}
       union select r.forked_from from needed n join runs r on r.run_id = n.id where r.forked_from is not null)
     select id from unnest($1::uuid[]) as asked(id) where not exists (select 1 from runs r where r.run_id = asked.id) and not exists (select 1 from needed n where n.id = asked.id)`,
    [runIds],
  );
  return rows.map((r) => r.id);
}
