import type { Priority, RunRef } from '#contracts';
import { appendEvents } from '../events.js';
import type { Tx } from '../pool.js';
import { holdThread, LIVE_SQL, type ThreadRef } from './threads.js';

/** A run whose turn has come: its row says so, and its execution is to be started. */
export type ThreadNext = RunRef & { agent: string; priority: Priority; startAt: Date | null };

/** Gives a free thread to the run that waits for it first; null where it is not free, or none waits. Call with the thread held. */
export async function passTurn(tx: Tx, ref: ThreadRef): Promise<ThreadNext | null> {
  const { rows } = await tx.query<Omit<ThreadNext, 'tenantId'>>(
    `update runs set thread_wait = null, status_reason = null where tenant_id = $1 and run_id = (
       select n.run_id from runs n where n.tenant_id = $1 and n.thread_id = $2 and n.thread_wait is not null and n.status = 'queued'
         and not exists (select 1 from runs l where l.tenant_id = $1 and l.thread_id = $2 and l.thread_wait is null and l.status in ${LIVE_SQL})
       order by n.thread_wait, n.run_id limit 1)
     returning run_id as "runId", agent, priority, start_at as "startAt"`,
    [ref.tenantId, ref.threadId],
  );
  if (!rows[0]) return null;
  const next = { tenantId: ref.tenantId, ...rows[0] };
  await appendEvents(tx, next, [{ type: 'status.changed', data: { status: 'queued' } }]);
  return next;
}

/** Threads of all tenants that are free while runs wait for them: what no end of a run can leave, and a restored backup may. */
export async function readStuckThreads(tx: Tx, limit: number): Promise<ThreadRef[]> {
  const { rows } = await tx.query<ThreadRef>(
    `select distinct r.tenant_id as "tenantId", r.thread_id as "threadId" from runs r where r.thread_wait is not null and r.status = 'queued'
       and not exists (select 1 from runs l where l.tenant_id = r.tenant_id and l.thread_id = r.thread_id and l.thread_wait is null and l.status in ${LIVE_SQL}) limit $1`,
    [limit],
  );
  return rows;
}

/** As `passTurn`, for whoever does not hold the thread. */
export async function freeThread(tx: Tx, ref: ThreadRef): Promise<ThreadNext | null> {
  await holdThread(tx, ref);
  return passTurn(tx, ref);
}

/** Marks a run to be rolled back as it ends. Call under its lock. */
export async function markRolledBack(tx: Tx, ref: RunRef): Promise<void> {
  await tx.query('update runs set rolled_back = true where tenant_id = $1 and run_id = $2', [ref.tenantId, ref.runId]);
}

/** Runs of all tenants that were rolled back and ended more than `seconds` ago: their readers have seen the end. */
export async function readRolledBack(tx: Tx, seconds: number, limit: number): Promise<RunRef[]> {
  const { rows } = await tx.query<RunRef>('select tenant_id as "tenantId", run_id as "runId" from runs where rolled_back and ended_at < now() - make_interval(secs => $1) order by ended_at limit $2', [seconds, limit]);
  return rows;
}
