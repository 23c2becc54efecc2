import type { Writable } from 'node:stream';
import { HoldfastError } from '#contracts';
import type { Pool, Tx } from './pool.js';

/** For the service's own sweeps over all tenants. */
export const ALL_TENANTS = '*';
const TENANT = /^(\*|[0-9a-f-]{36})$/;
const RETRIED = new Set(['40001', '40P01']);
const MAX_TRIES = 3;

export type TxOptions = {
  /** False: the commit does not wait for the disk. Only for rows whose loss a redelivery mends. */
  durable?: boolean;
  /**
   * True: COMMIT goes out right behind the statements that `fn` sends before it first waits, and saves a round trip.
   * `fn` must send all of them at once and decide nothing by their answers; a statement sent later is refused.
   */
  oneFlight?: boolean;
};

/** Raised by `holdfast_require_open`. */
const ATTEMPT_CLOSED = 'HF001';

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
      const code = String((error as { code?: unknown }).code);
      if (code === ATTEMPT_CLOSED) throw new HoldfastError('attempt_closed', (error as Error).message);
      if (tries >= MAX_TRIES || !RETRIED.has(code)) throw error;
    }
  }
}

async function once<T>(pool: Pool, tenantId: string, fn: (tx: Tx) => Promise<T>, options: TxOptions): Promise<T> {
  const tx = await pool.connect();
  let failure: Error | undefined;
  try {
    // What goes in one flight finds its rows by key, whatever the values are: nothing is planned anew for each step.
    // Not awaited before `fn`: its first statements follow on the same wire, and fail with this one. The tenant was
    // checked above; a simple query takes no parameters.
    const send = hold(tx);
    const begun = tx.query(`begin; set local holdfast.tenant = '${tenantId}'${options.durable === false ? '; set local synchronous_commit = off' : ''}${options.oneFlight ? '; set local plan_cache_mode = force_generic_plan' : ''}`);
    begun.catch(() => undefined);
    const answers = options.oneFlight ? inOneFlight(tx, fn) : inTurns(tx, fn);
    send();
    const result = await answers;
    await begun;
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

/**
 * Keeps back what is written to the connection until it is told to send: statements that follow each other at once go
 * out as one packet, which wakes the server once instead of once a statement.
 */
function hold(tx: Tx): () => void {
  const { stream } = (tx as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  return () => stream.uncork();
}

async function inTurns<T>(tx: Tx, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const result = await fn(tx);
  await commit(tx);
  return result;
}

/** Sends COMMIT behind what `fn` sent. A statement that fails leaves nothing behind: Postgres answers that COMMIT with ROLLBACK. */
async function inOneFlight<T>(tx: Tx, fn: (tx: Tx) => Promise<T>): Promise<T> {
  let sent = false;
  const guarded = new Proxy(tx, {
    get(target, name) {
      if (sent) throw new Error('a statement was sent after its transaction’s COMMIT');
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const answers = fn(guarded);
  sent = true;
  const committed = commit(tx);
  committed.catch(() => undefined);
  const result = await answers;
  await committed;
  return result;
}

async function commit(tx: Tx): Promise<void> {
  const { command } = await tx.query('commit');
  // A statement whose failure nobody looked at has already undone the rest: Postgres answers COMMIT with ROLLBACK.
  if (command === 'ROLLBACK') throw new Error('the transaction had failed before its commit');
}
