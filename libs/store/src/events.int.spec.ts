import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { begunRun } from '#test/harness/store-rows';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { appendEvents, createPool, type Pool, readEvents, withTx } from './index.js';

describe('appendEvents', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 12 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('numbers in commit order without gaps, whoever writes at once and whoever fails', async () => {
    const ref = await begunRun(pool);
    const before = (await withTx(pool, ref.tenantId, (tx) => readEvents(tx, ref, 0, 1_000))).length;
    const writer = async (w: number): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        const fails = (w + i) % 3 === 0;
        const tx = withTx(pool, ref.tenantId, async (t) => {
          await appendEvents(t, ref, [{ type: 'tool.called', step: w, data: { i } }, { type: 'tool.finished', step: w, data: { i } }]);
          if (fails) throw new Error('gives up');
        });
        await (fails ? expect(tx).rejects.toThrow('gives up') : tx);
      }
    };
    let reading = true;
    const seen: number[] = [];
    // A reader that follows by number must never be overtaken: what it saw is all there was up to that number.
    const reader = (async () => {
      for (let after = before; ; ) {
        const last = !reading;
        const page = await withTx(pool, ref.tenantId, (tx) => readEvents(tx, ref, after, 7));
        seen.push(...page.map((e) => e.seq));
        after = seen.at(-1) ?? after;
        if (last && page.length === 0) return;
      }
    })();
    await Promise.all(Array.from({ length: 8 }, (_, w) => writer(w)));
    reading = false;
    await reader;
    const all = await withTx(pool, ref.tenantId, (tx) => readEvents(tx, ref, before, 1_000));
    expect(all.map((e) => e.seq)).toEqual(all.map((_, i) => before + i + 1));
    expect(seen).toEqual(all.map((e) => e.seq));
    // The two of one transaction stand together.
    for (let i = 0; i < all.length; i += 2) expect([all[i]!.step, all[i]!.data]).toEqual([all[i + 1]!.step, all[i + 1]!.data]);
  });

  it('fails where the run is gone', async () => {
    const ref = await begunRun(pool);
    await expect(withTx(pool, ref.tenantId, (tx) => appendEvents(tx, { ...ref, runId: ref.tenantId }, []))).rejects.toThrow('does not exist');
  });
});
