import { HoldfastError } from '#contracts';
import { Flight, recorder } from './flight.js';
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
    return options.oneFlight ? await inOneFlight(tx, tenantId, fn, options) : await inTurns(tx, tenantId, fn, options);
  } catch (error) {
    failure = error as Error;
    await tx.query('rollback').then(() => (failure = undefined)).catch(() => undefined);
    throw error;
  } finally {
    // A connection that could not even roll back is not given back to the pool.
    tx.release(failure);
  }
}

async function inTurns<T>(tx: Tx, tenantId: string, fn: (tx: Tx) => Promise<T>, { durable }: TxOptions): Promise<T> {
  // Not awaited before `fn`: its first statements follow on the same wire, and fail with this one. The tenant was
  // checked above; a simple query takes no parameters.
  const begun = tx.query(`begin; set local holdfast.tenant = '${tenantId}'${durable === false ? '; set local synchronous_commit = off' : ''}`);
  begun.catch(() => undefined);
  const result = await fn(tx);
  await begun;
  checkCommit(await tx.query('commit'));
  return result;
}

// What goes in one flight finds its rows by key, whatever the values are: nothing is planned anew for each step.
const SET = `select set_config('holdfast.tenant', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true)`;
const SET_DURABLE = { name: 'flight-durable', text: SET };
const SET_LATE = { name: 'flight-late', text: `${SET}, set_config('synchronous_commit', 'off', true)` };

/** What `fn` sends goes out with BEGIN and COMMIT as one message. A statement that fails leaves nothing behind: the server skips what follows, COMMIT too. */
async function inOneFlight<T>(tx: Tx, tenantId: string, fn: (tx: Tx) => Promise<T>, { durable }: TxOptions): Promise<T> {
  const flight = new Flight();
  let left = false;
  void flight.add({ name: 'begin', text: 'begin' });
  void flight.add({ ...(durable === false ? SET_LATE : SET_DURABLE), values: [tenantId] });
  const answers = fn(recorder(tx, flight, () => left));
  answers.catch(() => undefined);
  const committed = flight.add({ name: 'commit', text: 'commit' });
  left = true;
  tx.query(flight as never);
  const commit = await committed;
  const result = await answers;
  checkCommit(commit);
  return result;
}

function checkCommit({ command }: { command: string }): void {
  // A statement whose failure nobody looked at has already undone the rest: Postgres answers COMMIT with ROLLBACK.
  if (command === 'ROLLBACK') throw new Error('the transaction had failed before its commit');
}
