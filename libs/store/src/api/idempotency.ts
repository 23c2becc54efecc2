import { HoldfastError } from '#contracts';
import type { Tx } from '../pool.js';

const KEPT = '7 days';

export type IdempotencyKey = { tenantId: string; route: string; key: string; bodyHash: Buffer };
/** A first answer as it is kept: without content, which stays in the tables that hold it. */
export type KeptAnswer = { status: number; headers: Record<string, string>; body: unknown };

/**
 * Claims a key for the transaction, so that its effect and its answer commit together: a crash leaves neither. The
 * claim is an advisory lock and not a row, since a row in flight would outlive its process.
 * @returns the first answer where the key was used with this body before, else null.
 * @throws HoldfastError `idempotency_in_flight`, `idempotency_mismatch`
 */
export async function claimKey(tx: Tx, k: IdempotencyKey): Promise<KeptAnswer | null> {
  const { rows: lock } = await tx.query<{ taken: boolean }>(`select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as taken`, [JSON.stringify([k.tenantId, k.route, k.key])]);
  if (!lock[0]?.taken) throw new HoldfastError('idempotency_in_flight', 'Ask again in a second: the first request with this key has not been answered yet.');
  await dropExpired(tx, k.tenantId);
  const { rows } = await tx.query<{ body_hash: Buffer; status: number; headers: Record<string, string>; response: unknown }>(
    'select body_hash, status, headers, response from idempotency where tenant_id = $1 and route = $2 and key = $3 and created_at >= now() - $4::interval',
    [k.tenantId, k.route, k.key, KEPT],
  );
  const kept = rows[0];
  if (!kept) return null;
  if (!kept.body_hash.equals(k.bodyHash)) throw new HoldfastError('idempotency_mismatch', 'Use a new Idempotency-Key for a request with another body.');
  return { status: kept.status, headers: kept.headers, body: kept.response };
}

/** Each use of a key takes away more old ones than it adds, so no sweep is needed. */
async function dropExpired(tx: Tx, tenantId: string): Promise<void> {
  await tx.query(
    `delete from idempotency where (tenant_id, route, key) in
       (select tenant_id, route, key from idempotency where tenant_id = $1 and created_at < now() - $2::interval order by created_at limit 10 for update skip locked)`,
    [tenantId, KEPT],
  );
}

/** Keeps the answer of a claimed key. */
export async function keepAnswer(tx: Tx, k: IdempotencyKey, answer: KeptAnswer): Promise<void> {
  await tx.query(
    `insert into idempotency (tenant_id, route, key, body_hash, status, headers, response) values ($1,$2,$3,$4,$5,$6,$7)
     on conflict (tenant_id, route, key) do update
       set body_hash = excluded.body_hash, status = excluded.status, headers = excluded.headers, response = excluded.response, created_at = now()`,
    [k.tenantId, k.route, k.key, k.bodyHash, answer.status, answer.headers, JSON.stringify(answer.body)],
  );
}
