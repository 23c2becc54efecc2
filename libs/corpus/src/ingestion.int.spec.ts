import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HoldfastError, LOCAL_PRINCIPAL, LOCAL_TENANT as tenantId } from '#contracts';
import { hashedEmbedding } from '#models/scripted';
import { createPool, deleteCorpus, deleteDocument, insertCorpus, insertIngestion, listDocuments, type NewIngestionFile, type Pool, putBlob, readBlob, readCorpus, readIngestion, readPassages, type Tx, withTx } from '#store';
import { testDatabase } from '#test/setup/servers';
import { v7 as uuidv7 } from 'uuid';
import { beginIngestion, createSearch, embedDocument, type Embedder, finishIngestion, giveUpFile, ingestFile } from './index.js';

const SAMPLES = join(import.meta.dirname, '../../../samples/documents');
const samples = readdirSync(SAMPLES).map((name) => ({ name, path: join(SAMPLES, name) }));
const MAX_BYTES = 1_000_000;
const { signal } = new AbortController();
const embedder: Embedder = { embedModel: 'hashed', embed: async (texts) => texts.map(hashedEmbedding) };
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

describe('ingestion', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;
  let folder: string;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 6 });
    folder = mkdtempSync(join(tmpdir(), 'holdfast-ingest-'));
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const tx = <T>(fn: (t: Tx) => Promise<T>): Promise<T> => withTx(pool, tenantId, fn);
  const file = (name: string, text: string): { name: string; path: string } => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return { name, path };
  };

  async function corpus(): Promise<{ tenantId: string; corpusId: string }> {
    const ref = { tenantId, corpusId: uuidv7() };
    await tx((t) => insertCorpus(t, { ...ref, name: 'papers' }));
    return ref;
  }

  async function register(corpusId: string, files: NewIngestionFile[]): Promise<{ tenantId: string; ingestionId: string }> {
    const ref = { tenantId, ingestionId: uuidv7() };
    await tx((t) => insertIngestion(t, { ...ref, corpusId, principalId: LOCAL_PRINCIPAL, files }));
    return ref;
  }

  /** As the workflow does it, each file delivered twice. */
  async function takeIn(corpusId: string, files: NewIngestionFile[]) {
    const ref = await register(corpusId, files);
    let { total } = await beginIngestion(pool, ref);
    for (let n = 0; n < total; n++) {
      const outcome = await ingestFile(pool, { ...ref, n }, { maxBytes: MAX_BYTES }, signal);
      expect(await ingestFile(pool, { ...ref, n }, { maxBytes: MAX_BYTES }, signal)).toEqual(outcome);
      total = outcome.total;
      if (outcome.documentId) await embedDocument(pool, embedder, { tenantId, corpusId, documentId: outcome.documentId }, signal);
    }
    await finishIngestion(pool, ref);
    return (await tx((t) => readIngestion(t, ref)))!;
  }

  it('takes the sample corpus in, in all formats, and finds it by words and by meaning', async () => {
    const ref = await corpus();
    const done = await takeIn(ref.corpusId, samples);
    expect(done).toMatchObject({ status: 'completed', total: 7, done: 7, failed: 0 });
    expect(done.files.find((f) => f.name === 'clinical-studies.pdf')!.pages).toBeGreaterThan(3);
    const view = await tx((t) => readCorpus(t, ref));
    expect(view).toMatchObject({ documents: 7 });
    const { hits, vectors } = await createSearch(pool, embedder)(tenantId, ref.corpusId, 'Can vitamin C prevent complex regional pain syndrome in patients with wrist fractures?', 5, signal);
    expect(vectors).toBe(true);
    expect(hits).toHaveLength(5);
    expect(hits[0]).toMatchObject({ documentName: 'clinical-studies.pdf', page: expect.any(Number) });
    expect(hits[0]!.text).toMatch(/vitamin C/);
    const [place] = await tx((t) => readPassages(t, ref, [hits[0]!.passageId]));
    expect(place!.pageText).toContain(place!.text);
  });

  it('keeps what was read before a bad file and after it, and says why each one failed', async () => {
    const ref = await corpus();
    const done = await takeIn(ref.corpusId, [
      file('good.md', '# Good\n\nGood text.'),
      file('broken.pdf', '%PDF-1.4 broken'),
      file('empty.txt', ' '),
      file('large.txt', 'x'.repeat(MAX_BYTES + 1)),
      { name: 'gone.txt', path: join(folder, 'gone.txt') },
      { name: 'empty-upload.txt', sha256: sha256('') },
      { name: 'lost-upload.txt', sha256: sha256('never stored') },
      file('also-good.txt', 'Also good text.'),
    ]);
    expect(done).toMatchObject({ status: 'completed', done: 2, failed: 6 });
    expect(done.files.map((f) => f.failure?.code ?? f.state)).toEqual(['done', 'file_unreadable', 'file_empty', 'file_too_large', 'file_unreadable', 'file_empty', 'file_unreadable', 'done']);
    expect(done.files.every((f) => !f.failure || !f.failure.detail.includes(folder))).toBe(true);
  });

  it('is failed where no file could be read', async () => {
    const { corpusId } = await corpus();
    expect(await takeIn(corpusId, [file('broken.pdf', '%PDF-1.4 broken')])).toMatchObject({ status: 'failed', failed: 1 });
  });

  it('takes bytes that it has once, from two files at a time too', async () => {
    const ref = await corpus();
    const first = await takeIn(ref.corpusId, [file('a.txt', 'The same text.'), file('b.txt', 'The same text.')]);
    expect(first.files.map((f) => f.state)).toEqual(['done', 'duplicate']);
    expect(first.files[0]!.documentId).toBe(first.files[1]!.documentId);
    const again = await takeIn(ref.corpusId, [file('a.txt', 'The same text.')]);
    expect(again.files[0]).toMatchObject({ state: 'duplicate', documentId: first.files[0]!.documentId, pages: 1, passages: 1 });

    const many = await register(ref.corpusId, Array.from({ length: 6 }, (_, i) => file(`race-${i}.txt`, 'Another text, by many.')));
    const states = await Promise.all(Array.from({ length: 12 }, (_, i) => ingestFile(pool, { ...many, n: i % 6 }, { maxBytes: MAX_BYTES }, signal)));
    expect(new Set(states.map((s) => s.documentId)).size).toBe(1);
    expect((await tx((t) => readIngestion(t, many)))!.files.filter((f) => f.state === 'done')).toHaveLength(1);
    expect(await tx((t) => listDocuments(t, ref, { limit: 10 }))).toHaveLength(2);
    expect(await tx((t) => readCorpus(t, ref))).toMatchObject({ documents: 2, passages: 2 });
  });

  it('reads uploads from their bytes, keeps those of documents and drops the others', async () => {
    const ref = await corpus();
    const [good, bad] = ['An upload’s text.', '%PDF-1.4 bad upload'];
    await tx(async (t) => {
      await putBlob(t, ref, sha256(good), Buffer.from(good));
      await putBlob(t, ref, sha256(bad), Buffer.from(bad));
    });
    const done = await takeIn(ref.corpusId, [{ name: 'good.txt', sha256: sha256(good) }, { name: 'bad.pdf', sha256: sha256(bad) }]);
    expect(done.files.map((f) => f.state)).toEqual(['done', 'failed']);
    const kept = (of: string) => tx((t) => readBlob(t, ref, sha256(of)));
    expect((await kept(good))?.toString()).toBe(good);
    expect(await kept(bad)).toBeNull();
    await tx((t) => deleteDocument(t, { ...ref, documentId: done.files[0]!.documentId! }));
    expect(await kept(good)).toBeNull();
  });

  it('leaves a file pending with the reason where the disk is full, and reads it once there is space', async () => {
    const { corpusId } = await corpus();
    const ref = await register(corpusId, [file('later.txt', 'Text for later.')]);
    const full: Pool = Object.create(pool, { connect: { value: async () => {
      const client = await pool.connect();
      return new Proxy(client, { get: (target, name) => name !== 'query' ? bound(target, name) : (sql: { text?: string } | string, ...rest: unknown[]) =>
        String(typeof sql === 'string' ? sql : sql.text).includes('insert into pages') ? Promise.reject(Object.assign(new Error('could not extend file'), { code: '53100' })) : (target.query as (...a: unknown[]) => unknown)(sql, ...rest) });
    } } }) as Pool;
    await expect(ingestFile(full, { ...ref, n: 0 }, { maxBytes: MAX_BYTES }, signal)).rejects.toMatchObject({ code: 'disk_full', retryable: true });
    expect((await tx((t) => readIngestion(t, ref)))!.files[0]).toMatchObject({ state: 'pending', failure: { code: 'disk_full' } });
    expect(await ingestFile(pool, { ...ref, n: 0 }, { maxBytes: MAX_BYTES }, signal)).toMatchObject({ state: 'done' });
    expect((await tx((t) => readIngestion(t, ref)))!.files[0]).toMatchObject({ state: 'done', failure: null });
  });

  it('gives a file up only while it is pending', async () => {
    const { corpusId } = await corpus();
    const ref = await register(corpusId, [file('x.txt', 'Some text of x.'), file('y.txt', 'Some text of y.')]);
    await ingestFile(pool, { ...ref, n: 0 }, { maxBytes: MAX_BYTES }, signal);
    for (const n of [0, 1]) await giveUpFile(pool, { ...ref, n }, 'disk_full');
    expect((await tx((t) => readIngestion(t, ref)))!.files.map((f) => f.failure?.code ?? f.state)).toEqual(['done', 'disk_full']);
  });

  it('says that the corpus is gone, and leaves nothing of it', async () => {
    const ref = await corpus();
    const waiting = await register(ref.corpusId, [file('z.txt', 'Some text of z.')]);
    await takeIn(ref.corpusId, [file('k.txt', 'Some text of k.')]);
    await tx((t) => deleteCorpus(t, ref));
    await expect(ingestFile(pool, { ...waiting, n: 0 }, { maxBytes: MAX_BYTES }, signal)).rejects.toMatchObject({ code: 'not_found' });
    await expect(beginIngestion(pool, waiting)).rejects.toMatchObject({ code: 'not_found' });
    await finishIngestion(pool, waiting);
    for (const table of ['documents', 'passages', 'document_blobs', 'ingestions']) {
      expect((await tx((t) => t.query(`select 1 from ${table} where corpus_id = $1`, [ref.corpusId]))).rowCount).toBe(0);
    }
  });

  it('shows a corpus to its tenant alone', async () => {
    const ref = await corpus();
    await takeIn(ref.corpusId, [file('own.txt', 'Text of this tenant alone.')]);
    const other = uuidv7();
    const search = createSearch(pool, embedder);
    expect((await search(tenantId, ref.corpusId, 'text tenant', 5, signal)).hits).toHaveLength(1);
    expect((await search(other, ref.corpusId, 'text tenant', 5, signal)).hits).toEqual([]);
    // Row level security holds even where a query forgets its tenant.
    for (const table of ['corpora', 'documents', 'document_blobs', 'pages', 'passages', 'ingestions', 'ingestion_files']) {
      expect((await withTx(pool, other, (t) => t.query(`select 1 from ${table}`))).rowCount).toBe(0);
      expect((await tx((t) => t.query(`select 1 from ${table}`))).rowCount).toBeGreaterThan(0);
    }
  });

  describe('search', () => {
    let ref: { tenantId: string; corpusId: string };
    beforeAll(async () => {
      ref = await corpus();
      await takeIn(ref.corpusId, [file('metformin.txt', 'Metformin lowers blood glucose in diabetes.'), file('aspirin.txt', 'Aspirin lowers fever in adults.'), file('fox.txt', 'The quick brown fox jumps.')]);
    });
    const names = async (query: string, by: Embedder = embedder) => (await createSearch(pool, by)(tenantId, ref.corpusId, query, 5, signal)).hits.map((h) => h.documentName);

    it('puts passages with all words first and goes on with those that have some', async () => {
      const { hits } = await createSearch(pool, { ...embedder, embed: async () => Promise.reject(new Error('down')) })(tenantId, ref.corpusId, 'aspirin lowers fever glucose?', 5, signal);
      expect(hits.map((h) => h.documentName)).toEqual(['aspirin.txt', 'metformin.txt']);
      expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score);
    });

    it('answers from full text, and says so, where no vector comes within a second', async () => {
      const never: Embedder = { embedModel: 'hashed', embed: () => new Promise(() => undefined) };
      const started = Date.now();
      const { hits, vectors } = await createSearch(pool, never)(tenantId, ref.corpusId, 'metformin', 5, signal);
      expect([vectors, hits.map((h) => h.documentName)]).toEqual([false, ['metformin.txt']]);
      expect(Date.now() - started).toBeLessThan(3_000);
    });

    it('compares no vectors of another model', async () => {
      expect((await names('foxes jumping')).sort()).toEqual(['aspirin.txt', 'fox.txt', 'metformin.txt']);
      expect(await names('foxes jumping', { embedModel: 'another', embed: embedder.embed })).toEqual(['fox.txt']);
      expect(await names('foxes jumping', { embedModel: 'hashed', embed: async () => [[1, 0, 0]] })).toEqual(['fox.txt']);
    });

    it.each(['', '   ', '"', '!!! & | ( ) <->', "it's: a*b", 'the of and', '\\', '-'])('bears the query %j', async (query) => expect(Array.isArray(await names(query))).toBe(true));

    it('ends where its caller has gone', async () => {
      const gone = AbortSignal.abort(new Error('gone'));
      await expect(createSearch(pool, embedder)(tenantId, ref.corpusId, 'fox', 5, gone)).rejects.toThrow('gone');
    });
  });

  it('embeds what is too long for the model by halves, and the rest once', async () => {
    const ref = await corpus();
    const asked: string[] = [];
    const short: Embedder = { embedModel: 'short', embed: async (texts) => {
      asked.push(...texts);
      if (texts.some((t) => t.length > 500)) throw new HoldfastError('context_truncated', 'too long');
      return texts.map(hashedEmbedding);
    } };
    const done = await takeIn(ref.corpusId, [file('long.txt', 'Some words of a long text that goes on. '.repeat(60))]);
    const document = { ...ref, documentId: done.files[0]!.documentId! };
    await embedDocument(pool, short, document, signal);
    const { rows } = await tx((t) => t.query<{ n: number }>(`select count(*) as n from passages where document_id = $1 and embed_model = 'short' and embed_dims = 384`, [document.documentId]));
    expect(rows[0]!.n).toBe(done.files[0]!.passages);
    const before = asked.length;
    await embedDocument(pool, short, document, signal);
    expect(asked.length).toBe(before);
  });
});

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}
