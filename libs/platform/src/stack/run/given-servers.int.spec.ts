import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { checkDatabase } from './given-database.js';
import { checkTemporal } from './given-temporal.js';
import { freePort } from './ports.js';
import { registerSearchAttributes } from './search-attributes.js';

const KEYWORD_LIST = 7;

describe('a database that is given', () => {
  const admin = process.env['HOLDFAST_TEST_POSTGRES_ADMIN']!;
  const app = process.env['HOLDFAST_TEST_POSTGRES']!;
  const name = `given_${randomUUID().replaceAll('-', '')}`;
  const at = (url: string, database: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const asAdmin = async (database: string, sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: at(admin, database) });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  beforeAll(async () => {
    await asAdmin('postgres', `CREATE DATABASE ${name}`);
    await asAdmin(name, 'DROP EXTENSION vector');
  });
  afterAll(() => asAdmin('postgres', `DROP DATABASE ${name} WITH (FORCE)`));

  it('does not answer: the error says so and what to do', async () => {
    const url = new URL(app);
    url.port = String(await freePort());
    await expect(checkDatabase(url.href)).rejects.toThrow(/DATABASE_URL: the database does not answer \(ECONNREFUSED\).*Start it/);
  });

  it('has no pgvector, and its role may not create it: the error gives the statement to run', async () => {
    await expect(checkDatabase(at(app, name))).rejects.toThrow(/DATABASE_URL: its role may not create.*CREATE EXTENSION vector/);
  });

  it('gets pgvector where its role may create it, with a warning where row level security would not hold', async () => {
    expect(await checkDatabase(at(admin, name))).toContain('row level security');
    expect(await checkDatabase(at(app, name))).toBeUndefined();
  });
});

describe('a Temporal that is given', () => {
  const address = process.env['HOLDFAST_TEST_TEMPORAL']!;

  it('does not answer: the error names the variable', async () => {
    await expect(checkTemporal({ address: `127.0.0.1:${await freePort()}` }, 'default')).rejects.toThrow(/TEMPORAL_ADDRESS: no Temporal answers/);
  }, 30_000);

  it('lacks the namespace: the error gives the command that makes it', async () => {
    await expect(checkTemporal({ address }, 'absent')).rejects.toThrow(/TEMPORAL_NAMESPACE.*namespace create --namespace absent/);
    await expect(checkTemporal({ address }, 'default')).resolves.toBeUndefined();
  });

  it('has a search attribute of another type: that is not taken for ours', async () => {
    const namespace = `types-${randomUUID()}`;
    const connection = await Connection.connect({ address });
    try {
      await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
      await settled(() => connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { HoldfastStep: KEYWORD_LIST } }));
      await settled(() => expect(registerSearchAttributes({ address }, namespace)).rejects.toThrow(/HoldfastStep of another type/));
    } finally {
      await connection.close();
    }
  }, 60_000);
});

/** A namespace is known to all of the server's parts some seconds after it was made. */
async function settled(ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
