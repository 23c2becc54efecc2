import { join } from 'node:path';
import pg from 'pg';
import type { PostgresBinaries } from '../setup/postgres-binaries.js';
import { ManagedProcess } from './managed-process.js';
import { APP_DATABASE, APP_ROLE, ensureCluster, SUPERUSER } from './postgres-cluster.js';
import type { ProcessSet } from './process-set.js';
import { STOP_ORDER } from './stop-order.js';
import { unprivileged } from './unprivileged.js';

export interface PostgresServer {
  /** As the application's role. */
  readonly url: string;
  /** As the superuser, to the database `postgres`. */
  readonly adminUrl: string;
}

export interface PostgresOptions {
  readonly port: number;
  /** Off only for databases that are thrown away: without it a power cut can lose what was acknowledged. */
  readonly fsync: boolean;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 20_000;

/** Starts Postgres with its data below `<data>/postgres`. Loopback TCP only: a socket's path could be too long. */
export async function startPostgres(set: ProcessSet, binaries: PostgresBinaries, options: PostgresOptions): Promise<PostgresServer> {
  const folder = join(set.supervision.dataDir, 'postgres');
  const as = await unprivileged(folder);
  const { dataFolder, passwords } = await ensureCluster(folder, binaries, as);
  const url = `postgres://${APP_ROLE}:${passwords.app}@127.0.0.1:${options.port}/${APP_DATABASE}`;
  const adminUrl = `postgres://${SUPERUSER}:${passwords.superuser}@127.0.0.1:${options.port}/postgres`;
  const [command = '', ...args] = [...as.prefix, join(binaries.bin, 'postgres'), '-D', dataFolder, ...settings(options)];
  const process = new ManagedProcess(
    {
      name: 'postgres',
      command,
      args,
      env: binaries.env,
      ...as.owner,
      // SIGTERM would wait for clients to leave.
      stopSignal: 'SIGINT',
      stopGraceMs: STOP_GRACE_MS,
      ready: () => answers(url),
      readyTimeoutMs: READY_TIMEOUT_MS,
    },
    set.supervision,
  );
  set.add(process, STOP_ORDER.postgres);
  await process.start();
  return { url, adminUrl };
}

function settings({ port, fsync }: PostgresOptions): string[] {
  const values = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    fsync: fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and their values would put documents and prompts into the log.
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, application_name: 'holdfast-stack' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
