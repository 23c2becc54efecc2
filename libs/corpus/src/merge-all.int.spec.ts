import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCAL_TENANT as tenantId } from '#contracts';
import { ALL_TENANTS, createPool, insertCorpus, insertDocument, insertPages, insertPassages, type Pool, searchPassages, withTx } from '#store';
import { until } from '#test/harness/until';
import { testDatabase } from '#test/setup/servers';
import { v7 as uuidv7 } from 'uuid';
import { mergeAll } from './merge-all.js';

const DOCUMENTS = 40;
const FRESH_DOCUMENTS = 32;
const PASSAGES = 60;

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

  it('takes no longer where the corpus has just been filled, and nothing is known of its size', async () => {
    const other = await testDatabase();
    const filling = createPool(other.url, { name: 'filling' });
    // As within the first minute of a database, before anybody looked.
    for (const table of ['passages', 'term_postings', 'term_segments']) await filling.query(`alter table ${table} set (autovacuum_enabled = off)`);
    const fresh = { tenantId, corpusId: uuidv7() };
    await withTx(filling, tenantId, (tx) => insertCorpus(tx, { ...fresh, name: 'fresh' }));
    for (let i = 0; i < FRESH_DOCUMENTS; i++) {
      const document = { ...fresh, documentId: uuidv7() };
      const text = (n: number): string => Array.from({ length: 60 }, (_, k) => `word${(i * 7 + n * 13 + k * k) % 3_000}`).join(' ');
      await withTx(filling, tenantId, async (tx) => {
        await insertDocument(tx, { ...document, name: `d${i}`, mediaType: 'text/plain', bytes: 1, sha256: createHash('sha256').update(String(i)).digest(), pages: 1, passages: PASSAGES });
        await insertPages(tx, document, [{ page: 0, text: '' }]);
        await insertPassages(tx, document, Array.from({ length: PASSAGES }, (_, n) => ({ passageId: uuidv7(), page: 0, pageStart: n, section: null, text: text(n) })));
      });
    }
    const started = performance.now();
    expect(await mergeAll(filling, fresh)).toBe(1);
    expect(performance.now() - started).toBeLessThan(20_000);
    const { rows } = await withTx(filling, tenantId, (tx) => tx.query<{ passages: number; postings: number; kept: number }>(
      `select (select sum(passages) from term_segments) as passages, (select sum(passages) from term_postings) as postings, (select sum(length(tsv)) from passages) as kept`));
    expect(rows[0]).toMatchObject({ passages: FRESH_DOCUMENTS * PASSAGES });
    expect(rows[0]!.postings).toBe(rows[0]!.kept);
    await filling.end();
    await other.drop();
  }, 90_000);

  it('leaves it to the next file where Postgres stays away', async () => {
    const gone = createPool('postgres://postgres@127.0.0.1:1/none');
    expect(await mergeAll(gone, corpus)).toBe(0);
    await gone.end();
  }, 30_000);
});
