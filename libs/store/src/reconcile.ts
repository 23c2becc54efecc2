import type { Priority, RunRef, RunStatus } from '#contracts';
import type { Tx } from './pool.js';

export type LiveRun = RunRef & { agent: string; status: RunStatus; priority: Priority; unread: number; startAt: Date | null; /** Had begun before: it goes on after a resume. */ resumed: boolean };

/**
 * Live runs of all tenants that may need a hand, oldest first: queued ones that should have started, ones with an
 * inbox that was not read for a while (not for ever: a run that is busy for hours would fill its history with wakes), and (`all`) every other one, whose row is compared with its execution.
 */
export async function readLiveRuns(tx: Tx, options: { staleSeconds: number; all: boolean; after: string | null; limit: number }): Promise<LiveRun[]> {
  const { rows } = await tx.query<LiveRun>(
    `select r.tenant_id as "tenantId", r.run_id as "runId", r.agent, r.status, r.priority, r.start_at as "startAt", r.started_at is not null as resumed, h.inbox_seq - h.inbox_read as unread
     from runs r join run_heads h using (tenant_id, run_id)
     where r.status in ('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling')
       and ($3::uuid is null or r.run_id > $3)
       and ($2 or (r.status = 'queued' and r.created_at < now() - make_interval(secs => $1))
            or exists (select 1 from inbox i where i.run_id = r.run_id and i.applied_at is null
                       and i.created_at between now() - make_interval(secs => $1 * 20) and now() - make_interval(secs => $1)))
     order by r.run_id limit $4`,
    [options.staleSeconds, options.all, options.after, options.limit],
  );
  return rows;
}
