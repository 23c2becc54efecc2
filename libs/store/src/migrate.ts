import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '#contracts';
import pg from 'pg';

const FOLDER = fileURLToPath(new URL('../migrations/', import.meta.url));
const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * Brings the database to the newest schema. Each migration runs in one transaction that first inserts its own row,
 * so that two processes starting at once collide there and one waits. Never edits an applied migration.
 * @throws HoldfastError `database_unavailable` where the extension pgvector is missing and cannot be created.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'holdfast-migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await inTransaction(client, () => prepare(client));
    const applied: string[] = [];
    for (const name of (await readdir(FOLDER)).filter((f) => NAME.test(f)).sort()) {
      if (await apply(client, name)) applied.push(name);
    }
    return applied;
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, name: string): Promise<boolean> {
  const sql = await readFile(FOLDER + name, 'utf8');
  return inTransaction(client, async () => {
    const { rowCount } = await client.query('insert into migrations (name) values ($1) on conflict do nothing', [name]);
    if (!rowCount) return false;
    await client.query(`set local holdfast.tenant = '*'`);
    await client.query(sql);
    return true;
  });
}

/** Any number, the same in every process. */
const FIRST_START = 4_072_026;

/** What the first migration needs. `IF NOT EXISTS` can still collide in the catalogue where two processes start at once, hence the lock. */
async function prepare(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [FIRST_START]);
  await requireVector(client);
  await client.query('create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())');
}

async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function requireVector(client: pg.Client): Promise<void> {
  try {
    await client.query('create extension if not exists vector');
  } catch (cause) {
    throw new HoldfastError(
      'database_unavailable',
      'The database has no usable pgvector extension. Install pgvector for this Postgres and run CREATE EXTENSION vector as a superuser in the database of DATABASE_URL.',
      { cause },
    );
  }
}
