import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { SetupError } from '#bootstrap/setup-error';
import type { StackConfig } from '../../config/config.js';
import { runCommand } from '../setup/command.js';
import { type PostgresBinaries, postgresBinaries } from '../setup/postgres-binaries.js';
import { type Report, TOOLS_DIR } from '../setup/tools.js';
import { APP_DATABASE, type Passwords, SUPERUSER } from '../run/postgres-cluster.js';
import { freePort } from '../run/ports.js';
import { startPostgres } from '../run/postgres-server.js';
import { ProcessSet } from '../run/process-set.js';

/** A database as a role that reads all of it: row level security holds for the application's own. */
export type OpenDatabase = { url: string; binaries: PostgresBinaries; close(): Promise<void> };

/** The line of `postmaster.pid` that has the port. */
const PORT_LINE = 3;

/**
 * The embedded Postgres of a data folder, running or not. Where no stack runs it is started for as long as it is needed.
 * @throws SetupError
 */
export async function openOwnDatabase(dataDir: string, report: Report): Promise<OpenDatabase> {
  const binaries = await postgresBinaries({ toolsDir: TOOLS_DIR, report });
  const running = await runningServer(dataDir);
  if (running) return { url: running, binaries, close: async () => undefined };
  const set = await ProcessSet.open(dataDir, report);
  try {
    const { adminUrl } = await startPostgres(set, binaries, { port: await freePort(), fsync: true });
    return { url: withDatabase(adminUrl, APP_DATABASE), binaries, close: () => set.stop() };
  } catch (error) {
    await set.stop();
    throw error;
  }
}

async function runningServer(dataDir: string): Promise<string | null> {
  const [pidFile, passwordFile] = [join(dataDir, 'postgres/data/postmaster.pid'), join(dataDir, 'postgres/passwords.json')];
  if (!existsSync(pidFile) || !existsSync(passwordFile)) return null;
  const port = readFileSync(pidFile, 'utf8').split('\n')[PORT_LINE];
  const { superuser } = JSON.parse(readFileSync(passwordFile, 'utf8')) as Passwords;
  const url = `postgres://${SUPERUSER}:${superuser}@127.0.0.1:${port}/${APP_DATABASE}`;
  return (await ask(url, 'select 1').catch(() => null)) ? url : null;
}

/**
 * The tools for a server that somebody else runs: those of the embedded Postgres, or of `pgBin` where the server is newer
 * than they are, since no tool reads a server that is newer than itself.
 * @throws SetupError
 */
export async function givenDatabase(url: string, report: Report, pgBin?: string): Promise<OpenDatabase> {
  const own = await postgresBinaries({ toolsDir: TOOLS_DIR, report });
  const [{ version }] = (await ask<{ version: string }>(url, `select current_setting('server_version_num') as version`)) as [{ version: string }];
  const server = Math.floor(Number(version) / 10_000);
  const isNew = server > (await majorOf(own));
  if (isNew && pgBin === undefined) throw new SetupError(`The server of ${new URL(url).pathname.slice(1)} is Postgres ${server}, which is newer than the tools that come with Holdfast. Give --pg-bin with a folder of pg_dump and pg_restore of Postgres ${server} or later.`);
  return { url, binaries: isNew ? { bin: pgBin!, env: {} } : own, close: async () => undefined };
}

async function majorOf({ bin, env }: PostgresBinaries): Promise<number> {
  const { stdout } = await runCommand(join(bin, 'pg_dump'), ['--version'], { env: { ...process.env, ...env } });
  return Number(/\) (\d+)/.exec(stdout)?.[1]);
}

/** With `url` a role that may read everything, which DATABASE_URL's is not where it was made as it should be. */
export function openDatabase(config: StackConfig, url: string | undefined, report: Report, pgBin?: string): Promise<OpenDatabase> {
  const given = url ?? config.databaseUrl;
  return given === undefined ? openOwnDatabase(config.dataDir, report) : givenDatabase(given, report, pgBin);
}

export async function dumpDatabase({ url, binaries }: OpenDatabase, file: string): Promise<void> {
  await tool(binaries, 'pg_dump', ['--format=custom', '--compress=6', `--file=${file}`], url);
}

export async function loadDump({ url, binaries }: OpenDatabase, file: string, more: string[]): Promise<void> {
  await tool(binaries, 'pg_restore', ['--exit-on-error', ...more, `--dbname=${new URL(url).pathname.slice(1)}`, file], url);
}

export async function ask<R extends pg.QueryResultRow>(url: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'holdfast-backup' });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** The password goes by the environment: other users of the machine see arguments. */
async function tool(binaries: PostgresBinaries, name: string, args: string[], url: string): Promise<void> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const env = { ...process.env, ...binaries.env, PGHOST: hostname.replace(/^\[|\]$/g, ''), PGPORT: port || '5432', PGUSER: decodeURIComponent(username), PGPASSWORD: decodeURIComponent(password), PGDATABASE: decodeURIComponent(pathname.slice(1)), ...(searchParams.has('sslmode') ? { PGSSLMODE: searchParams.get('sslmode')! } : {}) };
  const { code, stderr } = await runCommand(join(binaries.bin, name), args, { env });
  if (code !== 0) throw new SetupError(`${name} failed:\n${stderr.trim().split('\n').slice(0, 5).join('\n')}${hintFor(stderr)}`);
}

function hintFor(stderr: string): string {
  return /row-level security|permission denied/.test(stderr) ? '\nGive --url with a role that may read everything (a superuser, or one with BYPASSRLS).' : '';
}
