import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#store';

export interface TestDatabase {
  /** As the application's role, which row level security binds. */
  readonly url: string;
  drop(): Promise<void>;
}

const TEMPLATE = 'holdfast_template';
/** Any number, the same in all of Jest's workers. */
const TEMPLATE_LOCK = 7_316_001;

/** A database of the caller's own with the newest schema, cloned in a few hundred milliseconds at most. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAppRole(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await ensureTemplate(client);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  });
  return {
    url: databaseUrl(name),
    drop: () => asAppRole(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

/** host:port of the Temporal dev server that this Jest run shares; its namespace is `default`. */
export function testTemporal(): string {
  return given('HOLDFAST_TEST_TEMPORAL');
}

/** Path of Temporal's time-skipping server, for `TestWorkflowEnvironment.createTimeSkipping`. */
export function timeSkippingServer(): string {
  return given('HOLDFAST_TEST_SERVER');
}

async function ensureTemplate(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
  if (rowCount) return;
  const partial = `${TEMPLATE}_partial`;
  await client.query(`DROP DATABASE IF EXISTS ${partial} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${partial}`);
  await migrate(databaseUrl(partial));
  await client.query(`ALTER DATABASE ${partial} RENAME TO ${TEMPLATE}`);
}

async function asAppRole(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: given('HOLDFAST_TEST_POSTGRES'), application_name: 'holdfast-test-setup' });
  client.on('error', () => {});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(name: string): string {
  const url = new URL(given('HOLDFAST_TEST_POSTGRES'));
  url.pathname = `/${name}`;
  return url.href;
}

function given(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: only *.int.spec.ts and *.e2e.spec.ts have servers`);
  return value;
}
