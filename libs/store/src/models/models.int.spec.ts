import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DoctorReport, LOCAL_TENANT } from '#contracts';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { createPool, type Pool } from '../pool.js';
import { withTx } from '../tx.js';
import { listFindings, noteSpeed, readFindings, readSpeed, saveFindings } from './index.js';

const OTHER_TENANT = '00000000-0000-7000-8000-0000000000ff';
const key = { tenantId: LOCAL_TENANT, runtimeId: 'ollama', model: 'gemma4:e4b' };
const report = (over: Partial<DoctorReport>): DoctorReport => ({ runtimeId: 'ollama', model: 'gemma4:e4b', version: '1', examinedAt: '2026-01-01T00:00:00Z', findings: [], off: [], toolMode: 'native', promptSpeed: 1, outputSpeed: 1, loadMs: null, driftDoubtful: false, ...over });

describe('what is known of models', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  const inTx = <T>(fn: Parameters<typeof withTx<T>>[2], tenant: string = LOCAL_TENANT): Promise<T> => withTx(pool, tenant, fn);

  it('keeps the newest report of each version, and shows the newest of all', async () => {
    await inTx((tx) => saveFindings(tx, LOCAL_TENANT, report({ examinedAt: '2026-02-01T00:00:00Z', toolMode: 'text' })));
    await inTx((tx) => saveFindings(tx, LOCAL_TENANT, report({})));
    expect((await inTx((tx) => readFindings(tx, key)))?.toolMode).toBe('text');
    await inTx((tx) => saveFindings(tx, LOCAL_TENANT, report({ version: '2', examinedAt: '2026-03-01T00:00:00Z' })));
    expect((await inTx((tx) => listFindings(tx, LOCAL_TENANT, 'ollama'))).map((r) => r.version)).toEqual(['2']);
    expect(await inTx((tx) => readFindings(tx, { ...key, tenantId: OTHER_TENANT }), OTHER_TENANT)).toBeNull();
  });

  it('follows speeds, and remembers the longest load for a while', async () => {
    expect(await inTx((tx) => readSpeed(tx, key))).toBeNull();
    for (const loadMs of [4_000, 0, 0]) await inTx((tx) => noteSpeed(tx, key, { promptPerSecond: loadMs ? 100 : 200, outputPerSecond: 10, loadMs }));
    const speed = (await inTx((tx) => readSpeed(tx, key)))!;
    expect(speed.promptPerSecond).toBeCloseTo(136);
    expect(speed).toMatchObject({ outputPerSecond: 10, calls: 3 });
    expect(speed.loadMs).toBeGreaterThan(3_000);
  });
});
