import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from './index.js';

describe('migrate', () => {
  const admin = process.env['HOLDFAST_TEST_POSTGRES']!;
  const name = `migrate_${randomUUID().replaceAll('-', '')}`;
  const url = Object.assign(new URL(admin), { pathname: `/${name}` }).href;
  const run = async (at: string, sql: string) => {
    const client = new pg.Client({ connectionString: at });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  beforeAll(() => run(admin, `create database ${name}`));
  afterAll(() => run(admin, `drop database if exists ${name} with (force)`));

  it('is safe where several processes start at once on an empty database: each migration is applied once', async () => {
    const applied = (await Promise.all([...Array.from({ length: 8 }, () => migrate(url))])).flat();
    const rows = await run(url, 'select name from migrations order by name');
    expect(applied.sort()).toEqual(rows.map((r) => r['name']));
    expect(new Set(applied).size).toBe(applied.length);
    expect(applied.length).toBeGreaterThan(0);
  });

  it('does nothing on a database that is up to date', async () => {
    expect(await migrate(url)).toEqual([]);
  });
});
