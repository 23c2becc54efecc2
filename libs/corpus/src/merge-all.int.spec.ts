import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCAL_TENANT as tenantId } from '#contracts';
import { ALL_TENANTS, createPool, insertCorpus, insertDocument, insertPages, insertPassages, type Pool, searchPassages, withTx } from '#store';
import { until } from '#test/harness/until';
import { testDatabase } from '#test/setup/servers';
import { v7 as uuidv7 } from 'uuid';
import { mergeAll } from './merge-all.js';

const DOCUMENTS = 40;

describe('merging terms', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;
  const corpus = { tenantId, corpusId: uuidv7() };

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { name: 'merging' });
    await withTx(pool, tenantId, (tx) => insertCorpus(tx, { ...corpus, name: 'many' }));
    for (let i = 0; i < DOCUMENTS; i++) {
      const document = { ...corpus, documentId: uuidv7() };
      await withTx(pool, tenantId, async (tx) => {
        await insertDocument(tx, { ...document, name: `d${i}`, mediaType: 'text/plain', bytes: 1, sha256: createHash('sha256').update(String(i)).digest(), pages: 1, passages: 1 });
        await insertPages(tx, document, [{ page: 0, text: '' }]);
        await insertPassages(tx, document, [{ passageId: uuidv7(), page: 0, pageStart: 0, section: null, text: `Document word${i} speaks of a common thing.` }]);
      });
    }
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const segments = async (): Promise<number | null> => (await withTx(pool, tenantId, (tx) => tx.query('select 1 from term_segments where corpus_id = $1', [corpus.corpusId]))).rowCount;

  it('is made again where its connection breaks in the middle, and nothing is lost or doubled', async () => {
    const other = createPool(database.url, { name: 'in the way' });
    const door = await other.connect();
    await door.query(`begin; set local holdfast.tenant = '${ALL_TENANTS}'; lock table term_postings in exclusive mode`);
    const merging = mergeAll(pool, corpus);
    const waiting = await until('the merge to wait', async () => (await other.query<{ pid: number }>(`select pid from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'merging'`)).rows[0]);
    expect(await segments()).toBe(DOCUMENTS);
    await other.query('select pg_terminate_backend($1)', [waiting.pid]);
    await door.query('commit');
    door.release();
    await other.end();
    expect(await merging).toBe(1);
    expect(await segments()).toBe(1);
    const found = async (query: string) => (await withTx(pool, tenantId, (tx) => searchPassages(tx, { ...corpus, query, vector: null, limit: 50 }))).map((h) => h.documentName);
    expect(await found('word7')).toEqual(['d7']);
    expect(await found('thing')).toHaveLength(DOCUMENTS);
  }, 30_000);

  it('leaves it to the next file where Postgres stays away', async () => {
    const gone = createPool('postgres://postgres@127.0.0.1:1/none');
    expect(await mergeAll(gone, corpus)).toBe(0);
    await gone.end();
  }, 30_000);
});
