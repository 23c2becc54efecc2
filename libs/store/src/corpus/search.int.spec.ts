import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT } from '#contracts';
import { createPool, type HybridQuery, insertCorpus, insertDocument, insertPassages, type Pool, searchPassages, setEmbeddings, withTx } from '../index.js';
import { testDatabase } from '#test/setup/servers';
import { BY_INDEX } from './search.js';
import { searchStatement } from './search-statement.js';

const TEXTS = [
  'Patients were treated in patients of the study, and the patients of the study were seen by the study.',
  'Vitamin C prevents the complex regional pain syndrome after fractures of the wrist.',
  'Aspirin in patients with a fracture was of no use.',
  'A daily dose of five hundred milligrams for fifty days is recommended.',
];
const MODEL = 'compass';
/** Four directions: a passage's vector points its own way. */
const towards = (n: number): number[] => Array.from({ length: 384 }, (_, i) => (i === n ? 1 : 0.001));

describe('searchPassages', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;
  const corpus = { tenantId: LOCAL_TENANT, corpusId: uuidv7() };

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    await fill(corpus.corpusId);
    await fill(uuidv7());
  }, 60_000);
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function fill(corpusId: string): Promise<void> {
    const ref = { tenantId: LOCAL_TENANT, corpusId, documentId: uuidv7() };
    const passages = TEXTS.map((text) => ({ passageId: uuidv7(), page: 1, pageStart: 0, section: null, text }));
    await withTx(pool, LOCAL_TENANT, async (tx) => {
      await insertCorpus(tx, { ...ref, name: 'medicine' });
      await insertDocument(tx, { ...ref, name: 'd.pdf', mediaType: 'application/pdf', bytes: 1, sha256: createHash('sha256').update(corpusId).digest(), pages: 1, passages: TEXTS.length });
      await insertPassages(tx, ref, passages);
      await setEmbeddings(tx, LOCAL_TENANT, MODEL, passages.map((p, i) => ({ passageId: p.passageId, vector: towards(i) })));
    });
  }
  const search = (query: string, more: Partial<HybridQuery> = {}) => withTx(pool, more.tenantId ?? LOCAL_TENANT, (tx) => searchPassages(tx, { ...corpus, query, vector: null, limit: 10, ...more }));
  const found = async (query: string, more: Partial<HybridQuery> = {}): Promise<number[]> => (await search(query, more)).map((h) => TEXTS.indexOf(h.text));

  it('answers a question in plain words though no passage has all of them', async () => {
    expect((await found('Does vitamin C help patients who broke a wrist?'))[0]).toBe(1);
  });

  it('counts a rare word for more than a common one that stands often', async () => {
    expect((await found('aspirin for patients'))[0]).toBe(2);
  });

  it('heeds quotation marks and a minus', async () => {
    expect(await found('"regional pain syndrome"')).toEqual([1]);
    expect(await found('patients -aspirin')).toEqual([0]);
  });

  it('falls back to the words where nothing is as the operators ask', async () => {
    expect((await found('"syndrome of the wrist"'))[0]).toBe(1);
  });

  it('fuses words and vectors', async () => {
    const vector = { model: MODEL, values: towards(3) };
    const both = await found('vitamin', { vector });
    expect(new Set(both.slice(0, 2))).toEqual(new Set([1, 3]));
    expect((await found('', { vector }))[0]).toBe(3);
  });

  it('compares no vectors of two models', async () => {
    expect(await found('', { vector: { model: 'another', values: towards(3) } })).toEqual([]);
  });

  it('finds the nearest of many by their index, and compares those of a few one by one', async () => {
    const plan = (exact: boolean) => withTx(pool, LOCAL_TENANT, async (tx) => {
      if (!exact) await tx.query(BY_INDEX);
      const { rows } = await tx.query<{ 'QUERY PLAN': string }>(`explain ${searchStatement({ dims: 384, filtered: false, operators: false, exact })}`, [corpus.tenantId, corpus.corpusId, 'vitamin', 10, JSON.stringify(towards(3)), MODEL]);
      return rows.map((r) => r['QUERY PLAN']).join('\n');
    });
    expect(await plan(false)).toContain('Index Scan using passages_vectors_384');
    expect(await plan(true)).not.toContain('passages_vectors_384');
  });

  it.each(['', '   ', '???', '"', '-', `'; drop table passages; --`, 'a & b | !c', '\\', '"unclosed', 'the of and'])('takes %j without failing', async (query) => {
    await expect(search(query)).resolves.toBeInstanceOf(Array);
  });

  it('keeps to its corpus and its tenant', async () => {
    expect(await found('vitamin')).toEqual([1]);
    expect(await found('vitamin', { tenantId: '00000000-0000-7000-8000-00000000000f' })).toEqual([]);
  });
});
