import { NOTHING_POINTS } from '../api/delete-run.js';
import type { Tx } from '../pool.js';

export type BodyKey = { tenantId: string; hash: Buffer };

/** The next bodies of all tenants in the order of their keys, with whether anything points at them. */
export async function readBodies(tx: Tx, after: BodyKey | null, limit: number): Promise<(BodyKey & { unreached: boolean })[]> {
  const { rows } = await tx.query<BodyKey & { unreached: boolean }>(
    `select c.tenant_id as "tenantId", c.hash, (${NOTHING_POINTS}) as unreached
     from (select tenant_id, hash from contents where $1::uuid is null or (tenant_id, hash) > ($1, $2::bytea) order by tenant_id, hash limit $3) c order by 1, 2`,
    [after?.tenantId ?? null, after?.hash ?? null, limit],
  );
  return rows;
}

/**
 * Deletes bodies that still nothing points at. The lock waits for writers that have found a body and not yet pointed
 * at it, and holds up those that come; it is asked for in short transactions and given up where it takes long.
 */
export async function deleteUnreached(tx: Tx, tenantId: string, hashes: Buffer[]): Promise<number> {
  await tx.query(`set local lock_timeout = '2s'`);
  await tx.query('lock table contents in share row exclusive mode');
  const { rowCount } = await tx.query(`delete from contents c where c.tenant_id = $1 and c.hash = any($2) and ${NOTHING_POINTS}`, [tenantId, hashes]);
  return rowCount ?? 0;
}
