import { describeError, type Logger } from '#platform';
import { migrate } from '#store';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Brings the schema up to date, trying again until it works or `signal` fires; says once why it waits. Resolves after
 * the first try, or after 5 s where Postgres keeps silent: the rest goes on by itself.
 */
export async function migrateUntilDone(databaseUrl: string, logger: Logger, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((go) => (timer = setTimeout(go, LONGEST_WAIT_MS)));
  const first = attempt(databaseUrl, logger, 'first').then((done) => {
    if (!done) void keepTrying(databaseUrl, logger, signal);
  });
  await Promise.race([first, patience]);
  clearTimeout(timer);
}

async function keepTrying(databaseUrl: string, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    await new Promise<void>((go) => {
      const timer = setTimeout(go, wait);
      signal.addEventListener('abort', () => (clearTimeout(timer), go()), { once: true });
    });
    if (signal.aborted || (await attempt(databaseUrl, logger, 'again'))) return;
  }
}

async function attempt(databaseUrl: string, logger: Logger, which: 'first' | 'again'): Promise<boolean> {
  try {
    const applied = await migrate(databaseUrl);
    if (applied.length) logger.info({ migrations: applied }, 'the database schema is up to date');
    return true;
  } catch (error) {
    if (which === 'first') logger.warn({ error: describeError(error) }, 'the database cannot be migrated yet; trying again');
    return false;
  }
}
