import pg from 'pg';
import { migrate } from '#store';

const ADMIN = process.env['TMP_PG'] ?? 'postgres://postgres@127.0.0.1:55871/postgres';
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `api_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
  const run = async (sql: string) => { const c = new pg.Client({ connectionString: ADMIN }); await c.connect(); await c.query(sql); await c.end(); };
  await run(`create database ${name}`);
  const url = ADMIN.replace(/\/[^/]*$/, `/${name}`);
  await migrate(url);
  return { url, drop: () => run(`drop database ${name} with (force)`) };
}
export const temporalAddress = async (): Promise<string> => process.env['TMP_TEMPORAL'] ?? '127.0.0.1:55872';
