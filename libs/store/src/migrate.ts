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
    await requireVector(client);
    await client.query(`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`).catch(ignoreRace);
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
  await client.query('begin');
  try {
    const { rowCount } = await client.query('insert into migrations (name) values ($1) on conflict do nothing', [name]);
    if (rowCount) {
      await client.query(`set local holdfast.tenant = '*'`);
      await client.query(sql);
    }
    await client.query('commit');
    return Boolean(rowCount);
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

/** Two first starts at once: CREATE TABLE IF NOT EXISTS can still collide in the catalogue. */
function ignoreRace(error: Error & { code?: string }): void {
  if (error.code !== '23505' && error.code !== '42P07') throw error;
}
