import type { WorldChange, WorldEventView, WorldRef } from '#contracts';
import { HoldfastError } from '#contracts';
import { subjectsOf, type WorldState } from '#world';
import type { Tx } from '../pool.js';
import { readLineage } from './lineage.js';
import { saveSnapshot } from './snapshots.js';
import { worldHead } from './worlds.js';

export type WorldAppend = {
  /** The version that the changes were checked against. */
  expectedVersion: number;
  turnId?: string | null;
  actor?: string | null;
  changes: readonly WorldChange[];
  /** The state after them. */
  state: WorldState;
};

/** Events between two snapshots: few enough to fold in a few milliseconds, more where a snapshot is large. */
const LEAST_BETWEEN = 200;
const PER_ENTITY = 0.05;

/**
 * Appends checked changes under the world's lock, one version each.
 * @returns the world's version after them.
 * @throws HoldfastError `world_changed` where the world is no longer at `expectedVersion`.
 */
export async function appendWorldEvents(tx: Tx, ref: WorldRef, append: WorldAppend): Promise<number> {
  const head = await worldHead(tx, ref, { lock: true });
  if (head.version !== append.expectedVersion) throw worldChanged(append.expectedVersion, head.version);
  const { changes, state } = append;
  if (state.version !== head.version + changes.length) throw new Error('the state is not the one after these changes');
  await tx.query({
    name: 'append-world-events',
    text: `insert into world_events (tenant_id, world_id, version, turn_id, actor, kind, subjects, body)
           select $1, $2, $3 + e.n, $4, $5, e.kind, array(select jsonb_array_elements_text(e.subjects)), e.body
           from unnest($6::text[], $7::jsonb[], $8::text[]) with ordinality as e(kind, subjects, body, n)`,
    values: [ref.tenantId, ref.worldId, head.version, append.turnId ?? null, append.actor ?? null, changes.map((c) => c.kind), changes.map((c) => JSON.stringify(subjectsOf(c))), changes.map((c) => JSON.stringify(c))],
  });
  await tx.query({ name: 'advance-world', text: 'update worlds set version = $3 where tenant_id = $1 and world_id = $2', values: [ref.tenantId, ref.worldId, state.version] });
  const restored = changes.some((c) => c.kind === 'restored');
  // A restored state is not what folding gives, so that version is always kept.
  if (restored || state.version - head.snapshotVersion >= Math.max(LEAST_BETWEEN, state.size * PER_ENTITY)) await saveSnapshot(tx, ref, state);
  return state.version;
}

export function worldChanged(expected: number, is: number): HoldfastError {
  return new HoldfastError('world_changed', `The change was made against version ${expected}; the world is at version ${is}.`);
}

type EventRow = { version: number; turn_id: string | null; actor: string | null; body: string; created_at: Date };

/** Events after one version up to another, in order, those of the worlds it was forked from among them. */
export async function readWorldEvents(tx: Tx, ref: WorldRef, range: { after: number; upTo: number; about?: string; limit?: number; newestFirst?: boolean }): Promise<WorldEventView[]> {
  const stretches = await readLineage(tx, ref, range.upTo);
  const found: WorldEventView[] = [];
  for (const s of range.newestFirst ? stretches : stretches.reverse()) {
    const left = range.limit === undefined ? null : range.limit - found.length;
    if (left === 0) break;
    const { rows } = await tx.query<EventRow>(
      `select version, turn_id, actor, body, created_at from world_events
       where tenant_id = $1 and world_id = $2 and version > $3 and version <= $4 ${range.about === undefined ? '' : 'and subjects @> array[$6]'}
       order by version ${range.newestFirst ? 'desc' : 'asc'} limit $5`,
      [ref.tenantId, s.worldId, Math.max(s.after, range.after), s.upTo, left, ...(range.about === undefined ? [] : [range.about])],
    );
    found.push(...rows.map(toView));
  }
  return found;
}

const toView = (r: EventRow): WorldEventView => ({ version: r.version, turnId: r.turn_id, actor: r.actor, change: JSON.parse(r.body) as WorldChange, createdAt: r.created_at.toISOString() });
