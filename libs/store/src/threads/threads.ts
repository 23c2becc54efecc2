import { type RunStatus, type ThreadView } from '#contracts';
import type { Tx } from '../pool.js';

export type ThreadRef = { tenantId: string; threadId: string };
/** Statuses of runs that have not ended, for SQL. */
export const LIVE_SQL = `('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling')`;

export async function insertThread(tx: Tx, ref: ThreadRef, tags: string[]): Promise<void> {
  await tx.query('insert into threads (tenant_id, thread_id, tags) values ($1, $2, $3)', [ref.tenantId, ref.threadId, tags]);
}

/** Makes the thread where it is not there, and holds it for the transaction. The locks of runs come before it. */
export async function holdThread(tx: Tx, ref: ThreadRef): Promise<void> {
  await tx.query('insert into threads (tenant_id, thread_id) values ($1, $2) on conflict do nothing', [ref.tenantId, ref.threadId]);
  await tx.query('select 1 from threads where tenant_id = $1 and thread_id = $2 for update', [ref.tenantId, ref.threadId]);
}

export type ThreadRun = { runId: string; status: RunStatus; /** Null: it is the thread's live run. */ wait: number | null };

/** Runs of a thread that have not ended: the live one, then those that wait, in the order in which their turn comes. */
export async function unendedRuns(tx: Tx, ref: ThreadRef): Promise<ThreadRun[]> {
  const { rows } = await tx.query<ThreadRun>(
    `select run_id as "runId", status, thread_wait as wait from runs where tenant_id = $1 and thread_id = $2 and status in ${LIVE_SQL} order by thread_wait nulls first, run_id`,
    [ref.tenantId, ref.threadId],
  );
  return rows;
}

/** All runs of a thread, however they ended. */
export async function runsOfThread(tx: Tx, ref: ThreadRef): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>('select run_id as id from runs where tenant_id = $1 and thread_id = $2', [ref.tenantId, ref.threadId]);
  return rows.map((r) => r.id);
}

/** Removes a thread that no run is of any more. @returns false where there is none. */
export async function deleteThread(tx: Tx, ref: ThreadRef): Promise<boolean> {
  const { rowCount } = await tx.query('delete from threads where tenant_id = $1 and thread_id = $2 and not exists (select 1 from runs r where r.tenant_id = $1 and r.thread_id = $2)', [ref.tenantId, ref.threadId]);
  return rowCount === 1;
}

const VIEW = `t.thread_id as id, t.tags, t.created_at as "createdAt",
  (select count(*)::int from runs r where r.tenant_id = t.tenant_id and r.thread_id = t.thread_id) as runs,
  (select r.run_id from runs r where r.tenant_id = t.tenant_id and r.thread_id = t.thread_id and r.thread_wait is null and r.status in ${LIVE_SQL}) as "liveRunId",
  array(select r.run_id::text from runs r where r.tenant_id = t.tenant_id and r.thread_id = t.thread_id and r.thread_wait is not null and r.status in ${LIVE_SQL} order by r.thread_wait, r.run_id) as "waitingRunIds"`;
type Row = Omit<ThreadView, 'createdAt'> & { createdAt: Date };
const toView = (row: Row): ThreadView => ({ ...row, createdAt: row.createdAt.toISOString() });

export async function readThread(tx: Tx, ref: ThreadRef): Promise<ThreadView | null> {
  const { rows } = await tx.query<Row>(`select ${VIEW} from threads t where t.tenant_id = $1 and t.thread_id = $2`, [ref.tenantId, ref.threadId]);
  return rows[0] ? toView(rows[0]) : null;
}

/** Newest first, by id; `before` is the id that the page before ended with. */
export async function listThreads(tx: Tx, tenantId: string, page: { before?: string; limit: number }): Promise<ThreadView[]> {
  const { rows } = await tx.query<Row>(`select ${VIEW} from threads t where t.tenant_id = $1 and ($2::uuid is null or t.thread_id < $2) order by t.thread_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows.map(toView);
}
