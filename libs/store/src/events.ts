import { HoldfastError, type NewEvent, type RunEvent, type RunRef } from '#contracts';
import type { Tx } from './pool.js';

/** What the run's head row said when the events were numbered. */
export type HeadAfter = { lastSeq: number; unread: number; headStep: number; nextStep: number };

/**
 * Appends events and takes the run's lock: the numbers come from the run's row in the writing transaction, so they
 * are in commit order without gaps. Every transaction that writes to a run calls this first (the one lock order:
 * run_heads, then everything else).
 */
export async function appendEvents(tx: Tx, ref: RunRef, events: NewEvent[]): Promise<HeadAfter> {
  const { rows } = await tx.query<{ event_seq: number; inbox_seq: number; inbox_read: number; head_step: number; next_step: number }>({
    name: 'append-events',
    text: `
      with head as (
        update run_heads set event_seq = event_seq + cardinality($3::text[]) where tenant_id = $1 and run_id = $2
        returning event_seq, inbox_seq, inbox_read, head_step, next_step
      ), added as (
        insert into events (tenant_id, run_id, seq, type, step, attempt, data)
        select $1, $2, head.event_seq - cardinality($3::text[]) + e.n, e.type, e.step, e.attempt, e.data
        from head, unnest($3::text[], $4::int[], $5::int[], $6::jsonb[]) with ordinality as e(type, step, attempt, data, n)
      )
      select * from head`,
    values: [ref.tenantId, ref.runId, events.map((e) => e.type), events.map((e) => e.step ?? null), events.map((e) => e.attempt ?? null), events.map((e) => (e.data ? JSON.stringify(e.data) : null))],
  });
  const head = rows[0];
  if (!head) throw new HoldfastError('not_found', 'The run does not exist.');
  return { lastSeq: head.event_seq, unread: head.inbox_seq - head.inbox_read, headStep: head.head_step, nextStep: head.next_step };
}

/** Takes the run's lock without writing an event. */
export async function lockRun(tx: Tx, ref: RunRef): Promise<HeadAfter> {
  return appendEvents(tx, ref, []);
}

type EventRow = { seq: number; at: Date; type: RunEvent['type']; step: number | null; attempt: number | null; data: Record<string, unknown> | null };

/** Events after `after`, oldest first, at most `limit`. */
export async function readEvents(tx: Tx, ref: RunRef, after: number, limit: number, types?: string[]): Promise<RunEvent[]> {
  const { rows } = await tx.query<EventRow>({
    name: 'read-events',
    text: `select seq, at, type, step, attempt, data from events
           where tenant_id = $1 and run_id = $2 and seq > $3 and ($5::text[] is null or type = any($5)) order by seq limit $4`,
    values: [ref.tenantId, ref.runId, after, limit, types?.length ? types : null],
  });
  return rows.map((r) => ({ runId: ref.runId, seq: r.seq, at: r.at.toISOString(), type: r.type, step: r.step, attempt: r.attempt, data: r.data ?? {} }));
}
