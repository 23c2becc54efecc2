import { Connection } from '@temporalio/client';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase, testTemporal } from './servers.js';

describe('servers of a Jest run', () => {
  const databases: TestDatabase[] = [];
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  const query = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('gives every caller a migrated database of its own', async () => {
    databases.push(...(await Promise.all([testDatabase(), testDatabase()])));
    const [first, second] = databases;
    expect(first!.url).not.toBe(second!.url);
    expect((await query(first!.url, 'SELECT name FROM migrations')).length).toBeGreaterThan(0);
    expect(await query(second!.url, `SELECT '[1,2]'::vector <-> '[1,2]'::vector AS distance`)).toEqual([{ distance: 0 }]);
  });

  it('is no superuser, so that row level security holds', async () => {
    const rows = await query(databases[0]!.url, 'SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user');
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false }]);
  });

  it('has a Temporal with the search attributes', async () => {
    const connection = await Connection.connect({ address: testTemporal() });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    await connection.close();
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['HoldfastStatus', 'HoldfastStep']));
  });
});
