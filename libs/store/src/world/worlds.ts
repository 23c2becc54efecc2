import { HoldfastError, type WorldRef, type WorldRules, type WorldView } from '#contracts';
import type { Tx } from '../pool.js';

export type NewWorld = WorldRef & { name: string; rules: WorldRules };
export type WorldHead = { version: number; rules: WorldRules; snapshotVersion: number };

type Row = { world_id: string; name: string; rules: WorldRules; version: number; parent_id: string | null; parent_version: number | null; snapshot_version: number; created_at: Date };
const COLUMNS = 'world_id, name, rules, version, parent_id, parent_version, snapshot_version, created_at';

/** An empty world, at version 0. */
export async function insertWorld(tx: Tx, w: NewWorld): Promise<void> {
  await tx.query('insert into worlds (tenant_id, world_id, name, rules) values ($1, $2, $3, $4)', [w.tenantId, w.worldId, w.name, JSON.stringify(w.rules)]);
}

/**
 * A world that begins as another was at a version: a pointer, no copy. Its versions go on from there.
 * @throws HoldfastError `not_found` where there is no such world or version.
 */
export async function forkWorld(tx: Tx, parent: WorldRef, version: number, worldId: string, name?: string): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into worlds (tenant_id, world_id, name, enc, key_id, rules, version, parent_id, parent_version, snapshot_version)
     select tenant_id, $4, coalesce($5, name), enc, key_id, rules, $3, world_id, $3, $3 from worlds where tenant_id = $1 and world_id = $2 and version >= $3 and $3 >= 0`,
    [parent.tenantId, parent.worldId, version, worldId, name ?? null],
  );
  if (!rowCount) throw noWorld();
}

/**
 * The world's newest version and rules; `lock` holds it for the transaction, so that turns queue. Comes after the
 * lock of a run, where there is one.
 * @throws HoldfastError `not_found`
 */
export async function worldHead(tx: Tx, ref: WorldRef, options: { lock?: boolean } = {}): Promise<WorldHead> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from worlds where tenant_id = $1 and world_id = $2${options.lock ? ' for update' : ''}`, [ref.tenantId, ref.worldId]);
  if (!rows[0]) throw noWorld();
  return { version: rows[0].version, rules: rulesOf(rows[0].rules), snapshotVersion: rows[0].snapshot_version };
}

export async function readWorld(tx: Tx, ref: WorldRef): Promise<WorldView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from worlds where tenant_id = $1 and world_id = $2`, [ref.tenantId, ref.worldId]);
  return rows[0] ? toView(rows[0]) : null;
}

/** Newest first; `before` is the id that the page before ended with. */
export async function listWorlds(tx: Tx, tenantId: string, page: { before?: string; limit: number }): Promise<WorldView[]> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from worlds where tenant_id = $1 and ($2::uuid is null or world_id < $2) order by world_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows.map(toView);
}

/**
 * Removes a world with its log, turns and snapshots. False where there is none.
 * @throws HoldfastError `world_forked` while another world reads its first versions from it.
 */
export async function deleteWorld(tx: Tx, ref: WorldRef): Promise<boolean> {
  const { rowCount: forks } = await tx.query('select 1 from worlds where tenant_id = $1 and parent_id = $2 limit 1', [ref.tenantId, ref.worldId]);
  if (forks) throw new HoldfastError('world_forked', 'Worlds that were forked from this one read its log. Delete them first.');
  const { rowCount } = await tx.query('delete from worlds where tenant_id = $1 and world_id = $2', [ref.tenantId, ref.worldId]);
  return rowCount === 1;
}

const known = new Map<string, WorldRules>();
/** The same object for the same rules, since what is compiled for them hangs on the object. */
function rulesOf(rules: WorldRules): WorldRules {
  const key = JSON.stringify(rules);
  if (!known.has(key)) known.set(key, rules);
  if (known.size > 100) known.delete(known.keys().next().value!);
  return known.get(key) ?? rules;
}

function toView(r: Row): WorldView {
  return { id: r.world_id, name: r.name, rules: r.rules.name, version: r.version, parent: r.parent_id === null ? null : { id: r.parent_id, version: r.parent_version! }, createdAt: r.created_at.toISOString() };
}

function noWorld(): HoldfastError {
  return new HoldfastError('not_found', 'There is no such world, or it has no such version.');
}
