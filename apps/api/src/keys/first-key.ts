import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KEY_DAYS, LOCAL_TENANT } from '#contracts';
import type { Config, Logger } from '#platform';
import { createPool, hasKeys, makeKey, withTx } from '#store';

export const FIRST_KEY_FILE = 'admin.key';
/** Any number, the same in every process. */
const ONE_AT_A_TIME = 60_001;

/**
 * Makes a first key with all roles where an installation that asks for keys has none, and writes it to `admin.key` in
 * the data folder, for its owner alone. With an identity provider nobody needs one.
 */
export async function makeFirstKey(config: Config, logger: Logger): Promise<void> {
  if (!config.auth.enabled || config.auth.oidc) return;
  const pool = createPool(config.databaseUrl, { max: 1, name: 'holdfast-first-key' });
  try {
    await withTx(pool, LOCAL_TENANT, async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ONE_AT_A_TIME]);
      if (await hasKeys(tx, LOCAL_TENANT)) return;
      const { key } = await makeKey(tx, { tenantId: LOCAL_TENANT, name: 'first admin', roles: ['admin'], expiresInDays: KEY_DAYS, by: null });
      const file = join(config.dataDir, FIRST_KEY_FILE);
      mkdirSync(dirname(file), { recursive: true });
      // One that is left from another database opens nothing, and its rights are its own.
      rmSync(file, { force: true });
      writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
      logger.warn({ file, days: KEY_DAYS }, 'a first key with the role admin is in this file; make keys of your own with it, and remove it');
    });
  } finally {
    await pool.end();
  }
}
