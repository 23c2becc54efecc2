import { describeError, type Logger } from '#platform';
import { migrate } from '#store';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Brings the schema up to date, trying again until it works or `signal` fires; says once why it waits.
 * @returns the first try: true where the schema is up to date. The rest goes on by itself.
 */
export async function migrateUntilDone(databaseUrl: string, logger: Logger, signal: AbortSignal): Promise<boolean> {
  if (await attempt(databaseUrl, logger, '')) return true;
  void keepTrying(databaseUrl, logger, signal);
  return false;
}

async function keepTrying(databaseUrl: string, logger: Logger, signal: AbortSignal): Promise<void> {
  let told = 'first';
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    await new Promise<void>((go) => {
      const timer = setTimeout(go, wait);
      signal.addEventListener('abort', () => (clearTimeout(timer), go()), { once: true });
    });
    if (signal.aborted || (await attempt(databaseUrl, logger, told))) return;
    told = 'again';
  }
}

async function attempt(databaseUrl: string, logger: Logger, told: string): Promise<boolean> {
  try {
    const applied = await migrate(databaseUrl);
    if (applied.length) logger.info({ migrations: applied }, 'the database schema is up to date');
    return true;
  } catch (error) {
    if (told !== 'again') logger.warn({ error: describeError(error) }, 'the database cannot be migrated yet; trying again');
    return false;
  }
}
