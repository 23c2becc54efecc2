import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '#bootstrap/setup-error';
import pg from 'pg';
import { findOnPath, runCommand } from '../setup/command.js';
import { postgresBinaries } from '../setup/postgres-binaries.js';
import type { Setup } from '../setup/tools.js';
import { SupervisedPart, type PartSpec } from './supervised.js';

export type EmbeddedPostgres = { url: string; part: SupervisedPart };

const DATABASE = 'holdfast';
/** Not a superuser, so that row level security applies to it. */
const ROLE = 'holdfast';

/**
 * Postgres 16 with pgvector on 127.0.0.1, its files in `<dataDir>/postgres`, fsync on. As root it runs in a user
 * namespace, since Postgres refuses to be root.
 */
export async function startPostgres(setup: Setup, options: { dataDir: string; port: number } & Pick<PartSpec, 'guard' | 'onRestart'>): Promise<EmbeddedPostgres> {
  const binaries = await postgresBinaries(setup);
  const data = join(options.dataDir, 'postgres');
  const password = readPassword(join(options.dataDir, 'postgres.password'));
  const prefix = await unprivileged();
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(setup, binaries.bin, binaries.env, prefix, data, password);
  const admin = `postgres://postgres:${password}@127.0.0.1:${options.port}/postgres`;
  const [command = '', ...args] = [
    ...prefix, join(binaries.bin, 'postgres'), '-D', data, '-p', String(options.port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=',
    '-c', 'max_connections=200', '-c', 'shared_buffers=128MB', '-c', 'wal_compression=on', '-c', 'log_min_error_statement=panic', '-c', 'log_min_messages=warning', '-c', 'log_parameter_max_length_on_error=0',
  ];
  const part = await SupervisedPart.start({
    name: 'postgres',
    command,
    args,
    env: binaries.env,
    logFile: join(options.dataDir, 'logs', 'postgres.log'),
    pidFile: join(options.dataDir, 'postgres.pid'),
    // SIGTERM would wait for every client.
    stopSignal: 'SIGINT',
    ready: () => answers(admin),
    readyMs: 60_000,
    guard: options.guard,
    onRestart: options.onRestart,
  });
  await createDatabase(admin, password);
  return { url: `postgres://${ROLE}:${password}@127.0.0.1:${options.port}/${DATABASE}`, part };
}

async function initialise(setup: Setup, bin: string, env: Readonly<Record<string, string>>, prefix: string[], data: string, password: string): Promise<void> {
  setup.report('Making the database folder');
  const partial = `${data}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const passwordFile = `${data}.pwfile`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const [command = '', ...args] = [...prefix, join(bin, 'initdb'), '-D', partial, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const { code, stderr } = await runCommand(command, args, { env: { ...process.env, ...env } });
  rmSync(passwordFile, { force: true });
  if (code !== 0) throw new SetupError(`The database folder ${data} can't be made:\n${stderr.trim()}`);
  renameSync(partial, data);
}

function readPassword(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(join(file, '..'), { recursive: true });
  const password = randomBytes(18).toString('hex');
  writeFileSync(file, password, { mode: 0o600 });
  return password;
}

/** What stands before the command, where this process is root. */
async function unprivileged(): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const unshare = findOnPath('unshare');
  const prefix = ['unshare', '--user', '--map-user=65534', '--map-group=65534'];
  if (unshare && (await runCommand(prefix[0]!, [...prefix.slice(1), 'true'])).code === 0) return prefix;
  throw new SetupError(
    'Postgres refuses to run as root, and this system does not allow user namespaces. Run Holdfast as an ordinary user, or give it a running Postgres with pgvector in DATABASE_URL.',
  );
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(admin: string, password: string): Promise<void> {
  await asAdmin(admin, async (client) => {
    // The password is hexadecimal: this is no place where a parameter is taken.
    if (!(await client.query('select 1 from pg_roles where rolname = $1', [ROLE])).rowCount) await client.query(`create role ${ROLE} login createdb password '${password}'`);
    if (!(await client.query('select 1 from pg_database where datname = $1', [DATABASE])).rowCount) await client.query(`create database ${DATABASE} owner ${ROLE}`);
  });
  await asAdmin(admin.replace(/postgres$/, DATABASE), (client) => client.query('create extension if not exists vector'));
}

async function asAdmin(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
