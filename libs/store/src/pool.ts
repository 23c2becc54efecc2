import pg from 'pg';

export type Pool = pg.Pool;
export type Tx = pg.PoolClient;

// bigint (event numbers, token sums) fits a double far beyond any run.
pg.types.setTypeParser(pg.types.builtins.INT8, (v) => Number(v));

/**
 * A connection pool. Every client has an `error` listener, since a server that goes away while a connection is
 * idle would otherwise end the process.
 */
export function createPool(databaseUrl: string, options: { max?: number; name?: string } = {}): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    // Statements of a transaction that do not need each other's answers go out together.
    pipeline: true,
    max: options.max ?? 10,
    application_name: options.name ?? 'holdfast',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
