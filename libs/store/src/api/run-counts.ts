import { LIVE_STATUSES, type RunStatus } from '#contracts';
import type { Tx } from '../pool.js';
import { LIVE_SQL } from '../threads/threads.js';

/** Live runs in one status. `oldestSeconds`: since the last event of the one that waits longest; 0 where none waits. */
export type RunCount = { status: RunStatus; runs: number; oldestSeconds: number };

/** Statuses in which a run waits for something that is not its own. */
export const WAITING_STATUSES = ['queued', 'waiting_runtime', 'waiting_approval', 'waiting_input'] as const satisfies readonly RunStatus[];

/** How many live runs there are, a row a status, none left out. One that waits for its time or for its thread does not count as waiting. */
export async function readRunCounts(tx: Tx): Promise<RunCount[]> {
  const { rows } = await tx.query<RunCount>(
    `select r.status, count(*)::int as runs, coalesce(max(extract(epoch from now() - greatest(e.at, r.start_at))), 0)::float8 as "oldestSeconds"
     from runs r left join lateral (select e.at from events e where e.tenant_id = r.tenant_id and e.run_id = r.run_id order by e.seq desc limit 1) e
       on r.status = any($1) and r.thread_wait is null and coalesce(r.start_at, now()) <= now()
     where r.status in ${LIVE_SQL} group by r.status`,
    [WAITING_STATUSES],
  );
  const found = new Map(rows.map((row) => [row.status, row]));
  return LIVE_STATUSES.map((status) => found.get(status) ?? { status, runs: 0, oldestSeconds: 0 });
}
