import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Pool } from '../pool.js';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Names of the migrations that this program knows and the database does not have. */
export async function pendingMigrations(pool: Pool): Promise<string[]> {
  const known = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  const { rows } = await pool.query<{ there: boolean }>(`select to_regclass('migrations') is not null as there`);
  if (!rows[0]?.there) return known;
  const applied = await pool.query<{ name: string }>('select name from migrations');
  const names = new Set(applied.rows.map((r) => r.name));
  return known.filter((name) => !names.has(name));
}
