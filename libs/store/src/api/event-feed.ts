import type { RunEvent, RunRef, StreamPart } from '#contracts';
import { readChunks } from '../chunks.js';
import { readEvents } from '../events.js';
import type { Pool, Tx } from '../pool.js';
import { ALL_TENANTS, withTx } from '../tx.js';

/** Most events that one read gives. */
export const FEED_PAGE = 500;

/** Place in the text that an open step streams. */
export type ChunkPlace = { step: number; attempt: number; delivery: number; n: number };
export type FeedPage = { events: RunEvent[]; parts: (StreamPart & { delivery: number })[] };

/**
 * Events after `after`, and the open step's text after `place` once the events are exhausted. Both are of one
 * snapshot, so no text of a step comes before that step's events or after its message.
 */
export async function readFeed(pool: Pool, ref: RunRef, after: number, place: ChunkPlace | null): Promise<FeedPage> {
  return withTx(pool, ref.tenantId, async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const events = await readEvents(tx, ref, after, FEED_PAGE);
    return { events, parts: events.length < FEED_PAGE ? await readChunks(tx, ref, place) : [] };
  });
}

export type FeedState = { lastEvent: number; oldestEvent: number | null; live: boolean };

/** Where a run's events stand, or null where there is no such run. */
export async function readFeedState(tx: Tx, ref: RunRef): Promise<FeedState | null> {
  const { rows } = await tx.query<FeedState>({
    name: 'read-feed-state',
    text: `select h.event_seq as "lastEvent", (select min(seq) from events e where e.tenant_id = $1 and e.run_id = $2) as "oldestEvent", r.ended_at is null as live
           from runs r join run_heads h using (tenant_id, run_id) where r.tenant_id = $1 and r.run_id = $2`,
    values: [ref.tenantId, ref.runId],
  });
  return rows[0] ?? null;
}

/** Newest event number of each of these runs, whatever their tenants. */
export async function readLastEvents(pool: Pool, runIds: string[]): Promise<Map<string, number>> {
  const { rows } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ run_id: string; event_seq: number }>('select run_id, event_seq from run_heads where run_id = any($1)', [runIds]));
  return new Map(rows.map((r) => [r.run_id, r.event_seq]));
}
