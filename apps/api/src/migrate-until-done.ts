import { describeError, type Logger } from '#platform';
import { migrate } from '#store';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Brings the schema up to date, trying again until it works or `signal` fires; says once why it waits. Resolves after
 * the first try, or after 5 s where Postgres keeps silent: the rest goes on by itself.
 * @param fill what the new schema needs to hold; done again where it fails
 */
export async function migrateUntilDone(databaseUrl: string, logger: Logger, signal: AbortSignal, fill: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((go) => (timer = setTimeout(go, LONGEST_WAIT_MS)));
  const first = attempt(databaseUrl, logger, 'first', fill).then((done) => {
    if (!done) void keepTrying(databaseUrl, logger, signal, fill);
  });
  await Promise.race([first, patience]);
  clearTimeout(timer);
}

async function keepTrying(databaseUrl: string, logger: Logger, signal: AbortSignal, fill: () => Promise<void>): Promise<void> {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    await new Promise<void>((go) => {
      const timer = setTimeout(go, wait);
      signal.addEventListener('abort', () => (clearTimeout(timer), go()), { once: true });
    });
    if (signal.aborted || (await attempt(databaseUrl, logger, 'again', fill))) return;
  }
}

async function attempt(databaseUrl: string, logger: Logger, which: 'first' | 'again', fill: () => Promise<void>): Promise<boolean> {
  try {
    const applied = await migrate(databaseUrl);
    if (applied.length) logger.info({ migrations: applied }, 'the database schema is up to date');
    await fill();
    return true;
  } catch (error) {
    if (which === 'first') logger.warn({ error: describeError(error) }, 'the database cannot be migrated yet; trying again');
    return false;
  }
}
