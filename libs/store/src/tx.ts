import type { Pool, Tx } from './pool.js';

/** For the service's own sweeps over all tenants. */
export const ALL_TENANTS = '*';
const TENANT = /^(\*|[0-9a-f-]{36})$/;
const RETRIED = new Set(['40001', '40P01']);
const MAX_TRIES = 3;

export type TxOptions = {
  /** False: the commit does not wait for the disk. Only for rows whose loss a redelivery mends. */
  durable?: boolean;
};

/**
 * Runs `fn` in one transaction as the tenant, whose rows are all it can see. Retries serialization failures and
 * deadlocks, so `fn` must be idempotent within its transaction and touch nothing else.
 */
export async function withTx<T>(pool: Pool, tenantId: string, fn: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> {
  if (!TENANT.test(tenantId)) throw new Error('tenant id is not a UUID');
  for (let tries = 1; ; tries++) {
    try {
      return await once(pool, tenantId, fn, options);
    } catch (error) {
      if (tries >= MAX_TRIES || !RETRIED.has(String((error as { code?: unknown }).code))) throw error;
    }
  }
}

async function once<T>(pool: Pool, tenantId: string, fn: (tx: Tx) => Promise<T>, options: TxOptions): Promise<T> {
  const tx = await pool.connect();
  let failure: Error | undefined;
  try {
    // Not awaited before `fn`: its first statements follow on the same wire, and fail with this one. The tenant was
    // checked above; a simple query takes no parameters.
    const begun = tx.query(`begin; set local holdfast.tenant = '${tenantId}'${options.durable === false ? '; set local synchronous_commit = off' : ''}`);
    begun.catch(() => undefined);
    const result = await fn(tx);
    await begun;
    await commit(tx);
    return result;
  } catch (error) {
    failure = error as Error;
    await tx.query('rollback').then(() => (failure = undefined)).catch(() => undefined);
    throw error;
  } finally {
    // A connection that could not even roll back is not given back to the pool.
    tx.release(failure);
  }
}

async function commit(tx: Tx): Promise<void> {
  const { command } = await tx.query('commit');
  // A statement whose failure nobody looked at has already undone the rest: Postgres answers COMMIT with ROLLBACK.
  if (command === 'ROLLBACK') throw new Error('the transaction had failed before its commit');
}
