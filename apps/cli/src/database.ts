import { loadStackConfig } from '#platform';
import { createPool, type Tx, withTx } from '#store';
import { SetupError } from '#bootstrap/setup-error';

export { findTenant, insertTenant, listTenants, makeKey } from '#store';

type Transact = <T>(tenantId: string, fn: (tx: Tx) => Promise<T>) => Promise<T>;

/** Gives `use` transactions on Postgres at DATABASE_URL. @throws SetupError where none is named */
export async function withDatabase<T>(name: string, use: (transact: Transact) => Promise<T>): Promise<T> {
  const { databaseUrl } = loadStackConfig(process.env);
  if (!databaseUrl) throw new SetupError('DATABASE_URL says where Postgres is.');
  const pool = createPool(databaseUrl, { max: 1, name });
  try {
    return await use((tenantId, fn) => withTx(pool, tenantId, fn));
  } finally {
    await pool.end();
  }
}
