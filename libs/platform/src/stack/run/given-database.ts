import pg from 'pg';
import { ConfigError } from '../../config/config-error.js';

const VARIABLE = 'DATABASE_URL';

/**
 * Checks a database that somebody else runs: it answers, and pgvector is there or can be created.
 * @returns a warning, where something works but shouldn't stay so
 * @throws ConfigError
 */
export async function checkDatabase(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'holdfast-stack' });
  client.on('error', () => {});
  await client.connect().catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(VARIABLE, `the database does not answer (${error.code ?? error.message})`, 'Start it, or correct the address; without DATABASE_URL a Postgres is started for you');
  });
  try {
    await ensureVector(client);
    const { rows } = await client.query<{ exempt: boolean }>('SELECT rolsuper OR rolbypassrls AS exempt FROM pg_roles WHERE rolname = current_user');
    return rows[0]?.exempt ? `${VARIABLE} names a role that row level security does not bind (superuser or BYPASSRLS): tenants are then kept apart by the application alone.` : undefined;
  } finally {
    await client.end();
  }
}

async function ensureVector(client: pg.Client): Promise<void> {
  if ((await client.query(`SELECT 1 FROM pg_extension WHERE extname = 'vector'`)).rowCount) return;
  const installed = (await client.query(`SELECT 1 FROM pg_available_extensions WHERE name = 'vector'`)).rowCount;
  if (!installed) {
    throw new ConfigError(VARIABLE, 'this Postgres has no pgvector', 'Install it for this server (Debian: postgresql-16-pgvector), or leave DATABASE_URL out and a Postgres is started for you');
  }
  await client.query('CREATE EXTENSION vector').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(VARIABLE, `its role may not create the extension pgvector (${error.code})`, 'Run `CREATE EXTENSION vector` in that database as a superuser');
  });
}
