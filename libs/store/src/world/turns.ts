import type { WorldRef, WorldTurn } from '#contracts';
import type { Tx } from '../pool.js';
import { readLineage } from './lineage.js';

export type NewTurn = { turnId: string; firstVersion: number; lastVersion: number; actor?: string | null; said?: string | null; outcome?: unknown };
type Row = { turn_id: string; first_version: number; last_version: number; actor: string | null; said: string | null; outcome: unknown; telling: string | null; created_at: Date };
const COLUMNS = 'turn_id, first_version, last_version, actor, said, outcome, telling, created_at';

/** Writes that a turn was applied; its id is taken from then on. */
export async function insertWorldTurn(tx: Tx, ref: WorldRef, t: NewTurn): Promise<void> {
  await tx.query('insert into world_turns (tenant_id, world_id, turn_id, first_version, last_version, actor, said, outcome) values ($1,$2,$3,$4,$5,$6,$7,$8)', [ref.tenantId, ref.worldId, t.turnId, t.firstVersion, t.lastVersion, t.actor ?? null, t.said ?? null, t.outcome === undefined ? null : JSON.stringify(t.outcome)]);
}

export async function readWorldTurn(tx: Tx, ref: WorldRef, turnId: string): Promise<WorldTurn | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from world_turns where tenant_id = $1 and world_id = $2 and turn_id = $3`, [ref.tenantId, ref.worldId, turnId]);
  return rows[0] ? toTurn(rows[0]) : null;
}

/** A turn that led to a version, be it of a world that this one was forked from; null where none of this id did. */
export async function readTurnBefore(tx: Tx, ref: WorldRef, turnId: string, version: number): Promise<WorldTurn | null> {
  for (const s of await readLineage(tx, ref, version)) {
    const turn = await readWorldTurn(tx, { ...ref, worldId: s.worldId }, turnId);
    if (turn && turn.lastVersion <= s.upTo) return turn;
  }
  return null;
}

/** Tells a turn, or tells it again: its events and dice stay what they were. */
export async function setTelling(tx: Tx, ref: WorldRef, turnId: string, telling: string): Promise<boolean> {
  const { rowCount } = await tx.query('update world_turns set telling = $4 where tenant_id = $1 and world_id = $2 and turn_id = $3', [ref.tenantId, ref.worldId, turnId, telling]);
  return rowCount === 1;
}

/** The last turns up to a version, newest first, those of the worlds it was forked from among them. */
export async function recentTurns(tx: Tx, ref: WorldRef, upTo: number, limit: number): Promise<WorldTurn[]> {
  const found: WorldTurn[] = [];
  for (const s of await readLineage(tx, ref, upTo)) {
    if (found.length >= limit) break;
    const { rows } = await tx.query<Row>(`select ${COLUMNS} from world_turns where tenant_id = $1 and world_id = $2 and last_version > $3 and last_version <= $4 order by last_version desc limit $5`, [ref.tenantId, s.worldId, s.after, s.upTo, limit - found.length]);
    found.push(...rows.map(toTurn));
  }
  return found;
}

/** Turns that say something of these words, best first: any word counts, rare ones by how often they stand. */
export async function searchTurns(tx: Tx, ref: WorldRef, upTo: number, words: string[], limit: number): Promise<WorldTurn[]> {
  const query = words.map((w) => w.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()).filter(Boolean).map((w) => `"${w}"`).join(' or ');
  if (!query) return [];
  const found: (WorldTurn & { rank: number })[] = [];
  for (const s of await readLineage(tx, ref, upTo)) {
    const { rows } = await tx.query<Row & { rank: number }>(
      `select ${COLUMNS}, ts_rank(words, q) as rank from world_turns, websearch_to_tsquery('english', $5) q
       where tenant_id = $1 and world_id = $2 and last_version > $3 and last_version <= $4 and words @@ q order by rank desc, last_version desc limit $6`,
      [ref.tenantId, s.worldId, s.after, s.upTo, query, limit],
    );
    found.push(...rows.map((r) => ({ ...toTurn(r), rank: r.rank })));
  }
  return found.sort((a, b) => b.rank - a.rank).slice(0, limit).map(({ rank: _, ...turn }) => turn);
}

function toTurn(r: Row): WorldTurn {
  return { turnId: r.turn_id, firstVersion: r.first_version, lastVersion: r.last_version, actor: r.actor, said: r.said, outcome: r.outcome, telling: r.telling, createdAt: r.created_at.toISOString() };
}
