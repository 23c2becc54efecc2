import { type Config, describeError, type Logger } from '#platform';
import { createPool } from '#store';

/** Says so where Postgres does not keep tenants apart: its role is exempt from row level security. */
export async function warnWhereUnguarded(config: Config, logger: Logger): Promise<void> {
  if (!config.auth.enabled) return;
  const pool = createPool(config.databaseUrl, { max: 1, name: 'holdfast-row-security' });
  try {
    const { rows } = await pool.query<{ exempt: boolean }>('select rolsuper or rolbypassrls as exempt from pg_roles where rolname = current_user');
    if (rows[0]?.exempt) logger.error('DATABASE_URL names a role that row level security does not bind (superuser or BYPASSRLS): tenants are kept apart by the application alone. Give it another role');
  } catch (error) {
    logger.warn({ error: describeError(error) }, 'the rights of the database role could not be read');
  } finally {
    await pool.end();
  }
}
