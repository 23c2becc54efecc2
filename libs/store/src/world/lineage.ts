import type { WorldRef } from '#contracts';
import type { Tx } from '../pool.js';

/** A stretch of versions, `after` < v ≤ `upTo`, that is read from the log of one world. */
export type Stretch = { worldId: string; after: number; upTo: number };

/** Where the versions up to one are read from: the world's own log first, then its parent's, to the root. */
export async function readLineage(tx: Tx, ref: WorldRef, version: number): Promise<Stretch[]> {
  const { rows } = await tx.query<{ world_id: string; parent_version: number | null }>({
    name: 'world-lineage',
    text: `with recursive line as (
             select world_id, parent_id, parent_version, 0 as depth from worlds where tenant_id = $1 and world_id = $2
             union all
             select p.world_id, p.parent_id, p.parent_version, l.depth + 1 from line l join worlds p on p.tenant_id = $1 and p.world_id = l.parent_id)
           select world_id, parent_version from line order by depth`,
    values: [ref.tenantId, ref.worldId],
  });
  const stretches: Stretch[] = [];
  let upTo = version;
  for (const row of rows) {
    const after = row.parent_version ?? 0;
    if (after < upTo || row.parent_version === null) stretches.push({ worldId: row.world_id, after, upTo });
    upTo = Math.min(upTo, after);
  }
  return stretches;
}
