import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createPool, type Pool } from '#store';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { CHECKED_AT, KINDS, playCampaign } from './campaign.js';

jest.setTimeout(90_000);

describe('a campaign of 200 turns', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 4 });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  it('is remembered: the store has every fact, and a context of 8,192 tokens those that are asked for', async () => {
    const { counts } = await playCampaign(pool, 4, 8_192);
    expect(new Set(counts.map(({ turn, kind }) => `${turn} ${kind}`)).size).toBe(CHECKED_AT.length * KINDS.length);
    for (const turn of CHECKED_AT) {
      const own = counts.filter((c) => c.turn === turn);
      const sum = (key: 'probes' | 'store' | 'context'): number => own.reduce((n, c) => n + c[key], 0);
      expect(sum('probes')).toBeGreaterThanOrEqual(32);
      expect(sum('store')).toBe(sum('probes'));
      expect(sum('context') / sum('probes')).toBeGreaterThanOrEqual(0.95);
    }
  });
});
