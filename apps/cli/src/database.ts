import { HoldfastError } from '#contracts';
import { ConfigError, loadStackConfig } from '#platform';
import { createPool, isConnectionLoss, type Tx, withTx } from '#store';

export { findTenant, insertTenant, listTenants, makeKey } from '#store';

export type Transact = <T>(tenantId: string, fn: (tx: Tx) => Promise<T>) => Promise<T>;

/** Gives `use` transactions on Postgres at DATABASE_URL. @throws ConfigError where none is named; HoldfastError `database_unavailable` */
export async function withDatabase<T>(name: string, use: (transact: Transact) => Promise<T>): Promise<T> {
  const { databaseUrl } = loadStackConfig(process.env);
  if (!databaseUrl) throw new ConfigError('DATABASE_URL', 'is not set', 'It says where Postgres is');
  const pool = createPool(databaseUrl, { max: 1, name });
  try {
    return await use((tenantId, fn) => withTx(pool, tenantId, fn));
  } catch (error) {
    throw isConnectionLoss(error) ? new HoldfastError('database_unavailable', 'Nobody answers at DATABASE_URL. Start Postgres, or say where it is.', { cause: error }) : error;
  } finally {
    await pool.end();
  }
}
