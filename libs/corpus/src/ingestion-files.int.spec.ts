import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCAL_PRINCIPAL, LOCAL_TENANT as tenantId } from '#contracts';
import { hashedEmbedding } from '#models/scripted';
import { createPool, deleteDocument, describeDocument, insertCorpus, insertIngestion, listDocuments, type Pool, readIngestion, searchPassages, type SearchFilter, type Tx, withTx } from '#store';
import { testDatabase } from '#test/setup/servers';
import { v7 as uuidv7 } from 'uuid';
import { beginIngestion, embedDocument, finishIngestion, ingestFile } from './index.js';
import { closeRecogniser } from './parse/ocr.js';
import { pdfOf } from './testing/pictures.js';
import { writeZip } from './zip/write-zip.js';

const options = { maxBytes: 5_000_000 };
const { signal } = new AbortController();
const embedder = { embedModel: 'hashed', embed: async (texts: string[]) => texts.map(hashedEmbedding) };

describe('files of an ingestion', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;
  let folder: string;
  let corpusId: string;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 6 });
    folder = mkdtempSync(join(tmpdir(), 'holdfast-files-'));
  });
  afterAll(async () => {
    await closeRecogniser();
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const tx = <T>(fn: (t: Tx) => Promise<T>): Promise<T> => withTx(pool, tenantId, fn);
  const file = (name: string, body: string | Buffer): { name: string; path: string } => {
    writeFileSync(join(folder, name), body);
    return { name, path: join(folder, name) };
  };
  async function register(files: { name: string; path: string }[], into?: string) {
    corpusId = into ?? uuidv7();
    if (!into) await tx((t) => insertCorpus(t, { tenantId, corpusId, name: 'papers' }));
    const ref = { tenantId, ingestionId: uuidv7() };
    await tx((t) => insertIngestion(t, { ...ref, corpusId, principalId: LOCAL_PRINCIPAL, files }));
    return ref;
  }
  async function takeIn(files: { name: string; path: string }[], into?: string) {
    const ref = await register(files, into);
    let { total } = await beginIngestion(pool, ref);
    for (let n = 0; n < total; n++) {
      const outcome = await ingestFile(pool, { ...ref, n }, options, signal);
      total = outcome.total;
      if (outcome.documentId) await embedDocument(pool, embedder, { tenantId, corpusId, documentId: outcome.documentId }, signal);
    }
    await finishIngestion(pool, ref);
    return view(ref);
  }
  const view = (ref: { tenantId: string; ingestionId: string }) => tx(async (t) => (await readIngestion(t, ref))!);
  const found = async (query: string, filter?: SearchFilter) => (await tx((t) => searchPassages(t, { tenantId, corpusId, query, vector: null, limit: 50, ...(filter ? { filter } : {}) }))).map((h) => h.documentName);
  const rowsOf = async (sql: string) => (await tx((t) => t.query(sql, [corpusId]))).rowCount;

  it('reads an archive’s files as its own, and the harmful ones harm nothing', async () => {
    const zip = writeZip([{ name: 'good.md', body: '# Good\n\nMetformin lowers glucose.' }, { name: '../evil.txt', body: 'Out.' }, { name: 'broken.pdf', body: '%PDF-1.4 broken' }, { name: 'twin.txt', body: 'Aspirin lowers fever.' }, { name: 'same.txt', body: 'Aspirin lowers fever.' }]);
    const done = await takeIn([file('papers.zip', zip), file('bomb.zip', writeZip([{ name: 'b.txt', body: Buffer.alloc(30 << 20) }]))]);
    expect(done.files.map((f) => [f.name, f.failure?.code ?? f.state])).toEqual([
      ['papers.zip', 'expanded'], ['bomb.zip', 'archive_bomb'], ['papers.zip › good.md', 'done'], ['papers.zip › ../evil.txt', 'archive_unsafe'],
      ['papers.zip › broken.pdf', 'file_unreadable'], ['papers.zip › twin.txt', 'done'], ['papers.zip › same.txt', 'duplicate'],
    ]);
    expect(done).toMatchObject({ status: 'completed', total: 7, done: 4, failed: 3 });
    expect(await found('metformin')).toEqual(['papers.zip › good.md']);
  }, 60_000);

  it('reads a PDF’s attachments beside its pages', async () => {
    const done = await takeIn([file('letter.pdf', await pdfOf(['A letter with an attachment that says more.'], { name: 'more.txt', text: 'Penicillin was given.' }))]);
    expect(done.files.map((f) => [f.name, f.state])).toEqual([['letter.pdf', 'done'], ['letter.pdf › more.txt', 'done']]);
    expect(await found('penicillin')).toEqual(['letter.pdf › more.txt']);
  }, 60_000);

  it('goes on behind the pages that were committed before a kill, none twice and none lost', async () => {
    const ref = await register([file('long.pdf', await pdfOf(Array.from({ length: 70 }, (_, i) => `Page ${i + 1} tells of patient number${i + 1}.`)))]);
    await beginIngestion(pool, ref);
    const read = (budgetMs: number, until: AbortSignal = signal) => ingestFile(pool, { ...ref, n: 0 }, { ...options, budgetMs }, until);
    expect((await read(0)).state).toBe('partial');
    expect((await view(ref)).files[0]).toMatchObject({ state: 'pending', pagesRead: 32, pagesTotal: 70 });
    await expect(read(60_000, AbortSignal.abort(new Error('killed')))).rejects.toThrow('killed');
    expect((await view(ref)).files[0]).toMatchObject({ pagesRead: 32 });
    expect(await rowsOf('select 1 from documents where corpus_id = $1')).toBe(0);
    expect((await read(60_000)).state).toBe('done');
    const { rows } = await tx((t) => t.query<{ page: number; text: string }>('select page, text from pages join documents using (tenant_id, document_id) where corpus_id = $1 order by page', [corpusId]));
    expect(rows.map((r) => [r.page, /number(\d+)/.exec(r.text)![1]])).toEqual(Array.from({ length: 70 }, (_, i) => [i + 1, String(i + 1)]));
    expect((await tx((t) => t.query('select 1 from ingestion_pages'))).rowCount).toBe(0);
  }, 60_000);

  it('begins a long file again where its bytes changed meanwhile', async () => {
    const pages = (word: string) => pdfOf(Array.from({ length: 40 }, (_, i) => `Page ${i + 1} says ${word} to all.`));
    const ref = await register([file('moving.pdf', await pages('before'))]);
    expect((await ingestFile(pool, { ...ref, n: 0 }, { ...options, budgetMs: 0 }, signal)).state).toBe('partial');
    file('moving.pdf', await pages('after'));
    expect((await ingestFile(pool, { ...ref, n: 0 }, options, signal)).state).toBe('done');
    const { rows } = await tx((t) => t.query<{ text: string }>('select text from pages join documents using (tenant_id, document_id) where corpus_id = $1', [corpusId]));
    expect(rows.map((r) => / says (\w+)/.exec(r.text)![1])).toEqual(Array.from({ length: 40 }, () => 'after'));
  }, 60_000);

  it('takes a changed file in the place of what it was', async () => {
    const first = await takeIn([file('notes.md', 'Warfarin was given.'), file('other.md', 'Heparin was given.')]);
    const again = await takeIn([file('notes.md', 'Warfarin was stopped.'), file('other.md', 'Heparin was given.')], corpusId);
    expect(again.files.map((f) => [f.state, f.replaced])).toEqual([['done', first.files[0]!.documentId], ['duplicate', null]]);
    expect(await found('warfarin')).toEqual(['notes.md']);
    expect((await tx((t) => listDocuments(t, { tenantId, corpusId }, { limit: 10 }))).map((d) => d.name).sort()).toEqual(['notes.md', 'other.md']);
    expect(await rowsOf(`select 1 from passages where corpus_id = $1`)).toBe(2);
  }, 60_000);

  it('merges the terms of many documents, forgets those that are gone, and finds the rest', async () => {
    const done = await takeIn(Array.from({ length: 40 }, (_, i) => file(`d${i}.txt`, `Document word${i} speaks of a common thing.`)));
    expect(await rowsOf('select 1 from term_segments where corpus_id = $1')).toBeLessThan(32);
    expect(await found('word7 thing')).toHaveLength(40);
    expect((await found('word7 thing'))[0]).toBe('d7.txt');
    await tx((t) => deleteDocument(t, { tenantId, corpusId, documentId: done.files[7]!.documentId! }));
    expect(await found('word7')).toEqual([]);
    expect(await found('word8 thing')).toHaveLength(39);
    expect(await rowsOf('select 1 from passages where corpus_id = $1')).toBe(39);
  }, 60_000);

  it('narrows a search by document, folder, tag and date', async () => {
    const done = await takeIn([file('a.txt', 'Aspirin in 2019.'), file('b.txt', 'Aspirin in 2021.'), file('c.txt', 'Aspirin undated.')]);
    const [a, b] = done.files.map((f) => ({ tenantId, corpusId, documentId: f.documentId! }));
    await tx((t) => describeDocument(t, a!, { dated: '2019-05-01', tags: ['old', 'trial'] }));
    await tx((t) => describeDocument(t, b!, { dated: '2021-05-01', tags: ['trial'] }));
    expect(await found('aspirin', { from: '2020-01-01' })).toEqual(['b.txt']);
    expect(await found('aspirin', { to: '2020-01-01' })).toEqual(['a.txt']);
    expect((await found('aspirin', { tags: ['trial'] })).sort()).toEqual(['a.txt', 'b.txt']);
    expect(await found('aspirin', { documentIds: [b!.documentId], tags: ['old'] })).toEqual([]);
    expect(await found('aspirin')).toHaveLength(3);
    expect(await found('aspirin', { folder: `${folder}/` })).toHaveLength(3);
    expect(await found('aspirin', { folder: `${folder}/a` })).toEqual([]);
  }, 60_000);
});
