import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort, postgresBinaries } from '#platform/stack';
import { Child } from './child.js';
import { SETUP } from './setup.js';
import { until } from './until.js';

const ROLE = 'holdfast';

/** A Postgres of the test's own, with its data under `folder`, fsync on: its kill is the thing that is tested. */
export class TestPostgres {
  private constructor(
    private readonly child: Child,
    /** As a role that row level security binds. */
    readonly url: string,
    /** As the superuser, to the database `postgres`. */
    readonly adminUrl: string,
  ) {}

  static async start(folder: string): Promise<TestPostgres> {
    const binaries = await postgresBinaries(SETUP);
    const data = join(folder, 'postgres');
    if (!existsSync(data)) initialise(binaries, data);
    const port = await freePort();
    const args = [join(binaries.bin, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'shared_buffers=64MB', '-c', 'max_wal_size=128MB'];
    const [command, ...rest] = [...asUnprivileged(), ...args];
    const child = new Child('postgres', { command: command!, args: rest, env: binaries.env, log: join(folder, 'postgres.log') });
    const postgres = new TestPostgres(child, `postgres://${ROLE}@127.0.0.1:${port}/${ROLE}`, `postgres://postgres@127.0.0.1:${port}/postgres`);
    await postgres.start();
    await postgres.createDatabase();
    return postgres;
  }

  get running(): boolean {
    return this.child.running;
  }

  /** Starts it (again) and waits until it answers. Children of a killed one may hold the data folder for a moment. */
  async start(): Promise<void> {
    await until('Postgres', async () => {
      if (!this.child.running) await this.child.start();
      return this.asAdmin('postgres', 'select 1');
    });
  }

  private async createDatabase(): Promise<void> {
    await this.asAdmin('postgres', `create role ${ROLE} login`);
    await this.asAdmin('postgres', `create database ${ROLE} owner ${ROLE}`);
    await this.asAdmin(ROLE, 'create extension vector');
  }

  private async asAdmin(database: string, sql: string): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.adminUrl.replace(/\w+$/, database), connectionTimeoutMillis: 1_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return Boolean(await client.query(sql));
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Starts it and kills it again before it can have answered anybody. */
  async killWhileRecovering(): Promise<void> {
    await this.child.start();
    await sleep(30);
    await this.kill();
  }

  kill(): Promise<void> {
    return this.child.kill();
  }

  stop(): Promise<void> {
    return this.child.stop('SIGINT');
  }
}

function initialise(binaries: Awaited<ReturnType<typeof postgresBinaries>>, data: string): void {
  const [command, ...args] = [...asUnprivileged(), join(binaries.bin, 'initdb'), '-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const { status, stderr } = spawnSync(command, args, { env: { ...process.env, ...binaries.env }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
}

/** Postgres refuses root: as root it runs in a user namespace in which it is nobody. */
function asUnprivileged(): string[] {
  return process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=65534', '--map-group=65534'] : [];
}
