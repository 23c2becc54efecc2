import type { AccessRole, KeyView } from '#contracts';
import type { Tx } from '../pool.js';
import type { KeyRef } from './token.js';

export type NewKey = KeyRef & { principalId: string; name: string; hash: Buffer; roles: readonly AccessRole[]; requestsPerSecond: number | null; createdBy: string | null; expiresInDays: number; replaces?: string };

type Row = { key_id: string; principal_id: string; name: string; roles: AccessRole[]; requests_per_second: number | null; created_by: string | null; created_at: Date; expires_at: Date; last_used_at: Date | null; revoked_at: Date | null; replaces: string | null; expired: boolean };
const COLUMNS = 'key_id, principal_id, name, roles, requests_per_second, created_by, created_at, expires_at, last_used_at, revoked_at, replaces, expires_at <= now() as expired';

const view = (r: Row): KeyView => ({
  id: r.key_id,
  name: r.name,
  principalId: r.principal_id,
  roles: r.roles,
  state: r.revoked_at ? 'revoked' : r.expired ? 'expired' : 'active',
  requestsPerSecond: r.requests_per_second,
  createdBy: r.created_by,
  createdAt: r.created_at.toISOString(),
  expiresAt: r.expires_at.toISOString(),
  lastUsedAt: r.last_used_at?.toISOString() ?? null,
  revokedAt: r.revoked_at?.toISOString() ?? null,
  replaces: r.replaces,
});

export async function insertKey(tx: Tx, k: NewKey): Promise<KeyView> {
  const { rows } = await tx.query<Row>(
    `insert into api_keys (tenant_id, key_id, principal_id, name, hash, roles, requests_per_second, created_by, expires_at, replaces)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(days => $9), $10) returning ${COLUMNS}`,
    [k.tenantId, k.keyId, k.principalId, k.name, k.hash, k.roles, k.requestsPerSecond, k.createdBy, k.expiresInDays, k.replaces ?? null],
  );
  return view(rows[0]!);
}

/** The key with the hash that its secret must have. */
export async function readKey(tx: Tx, key: KeyRef): Promise<{ view: KeyView; hash: Buffer } | null> {
  const { rows } = await tx.query<Row & { hash: Buffer }>(`select ${COLUMNS}, hash from api_keys where tenant_id = $1 and key_id = $2`, [key.tenantId, key.keyId]);
  return rows[0] ? { view: view(rows[0]), hash: rows[0].hash } : null;
}

/** Newest first. */
export async function listKeys(tx: Tx, tenantId: string, page: { before?: string; limit: number }): Promise<KeyView[]> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from api_keys where tenant_id = $1 and ($2::uuid is null or key_id < $2) order by key_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows.map(view);
}

/** To the minute, so that a key in use is not a row that is always being written. */
export async function touchKey(tx: Tx, key: KeyRef): Promise<void> {
  await tx.query(`update api_keys set last_used_at = now() where tenant_id = $1 and key_id = $2 and (last_used_at is null or last_used_at < now() - interval '1 minute')`, [key.tenantId, key.keyId]);
}

/** Ends a key after so many seconds, never later than it would end by itself. */
export async function endKey(tx: Tx, key: KeyRef, seconds: number): Promise<void> {
  await tx.query('update api_keys set expires_at = least(expires_at, now() + make_interval(secs => $3)) where tenant_id = $1 and key_id = $2', [key.tenantId, key.keyId, seconds]);
}

/** @returns false where there is no such key; one that is revoked already stays as it is */
export async function revokeKey(tx: Tx, key: KeyRef): Promise<boolean> {
  const { rowCount } = await tx.query('update api_keys set revoked_at = coalesce(revoked_at, now()) where tenant_id = $1 and key_id = $2', [key.tenantId, key.keyId]);
  return Boolean(rowCount);
}

/** Whether a tenant has ever had a key. */
export async function hasKeys(tx: Tx, tenantId: string): Promise<boolean> {
  return Boolean((await tx.query('select 1 from api_keys where tenant_id = $1 limit 1', [tenantId])).rowCount);
}
