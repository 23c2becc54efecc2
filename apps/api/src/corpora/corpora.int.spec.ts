import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { corpusPageSchema, corpusViewSchema, documentPageSchema, ingestionAcceptedSchema, ingestionViewSchema, LOCAL_TENANT, problemSchema, searchResultSchema } from '#contracts';
import { createPool, insertDocument, insertPages, insertPassages, type Pool, putBlob, readBlob, withTx } from '#store';
import { testDatabase, testTemporal } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

/** No worker takes documents in here: an ingestion stays as the API left it. */
describe('corpora', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let folder: string;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    folder = mkdtempSync(join(tmpdir(), 'holdfast-corpora-'));
    mkdirSync(join(folder, 'allowed/deep'), { recursive: true });
    writeFileSync(join(folder, 'allowed/a.md'), '# A');
    writeFileSync(join(folder, 'allowed/deep/b.txt'), 'B');
    writeFileSync(join(folder, 'allowed/c.exe'), 'C');
    mkdirSync(join(folder, 'allowed/nothing'));
    writeFileSync(join(folder, 'secret.txt'), 'S');
    symlinkSync(join(folder, 'secret.txt'), join(folder, 'allowed/link.txt'));
    api = await startApi({ databaseUrl: database.url, temporalAddress: testTemporal(), env: { HOLDFAST_DATA_DIR: folder, HOLDFAST_INGEST_DIRS: join(folder, 'allowed'), HOLDFAST_MAX_FILE_MB: '2' } });
  });
  afterAll(async () => {
    await api.close();
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const make = async (name = 'papers') => corpusViewSchema.parse((await request(api.url).post('/v1/corpora').send({ name }).expect(201)).body).id;
  const problem = (res: request.Response, status: number, code: string) => {
    expect([res.status, res.type]).toEqual([status, 'application/problem+json']);
    return expect(problemSchema.parse(JSON.parse(res.text))).toMatchObject({ status, code });
  };
  const accepted = (res: request.Response) => {
    expect(res.status).toBe(202);
    return ingestionAcceptedSchema.parse(res.body);
  };
  const ingestion = async (corpusId: string, id: string) => ingestionViewSchema.parse((await request(api.url).get(`/v1/corpora/${corpusId}/ingestions/${id}`).expect(200)).body);

  it('makes, lists, reads and deletes', async () => {
    const made = await request(api.url).post('/v1/corpora').send({ name: 'first', description: 'notes' }).expect(201);
    expect(corpusViewSchema.parse(made.body)).toMatchObject({ name: 'first', description: 'notes', documents: 0, passages: 0 });
    expect(made.headers['location']).toBe(`/v1/corpora/${made.body.id}`);
    const second = await make('second');
    const page = corpusPageSchema.parse((await request(api.url).get('/v1/corpora?limit=1')).body);
    expect(page.data.map((c) => c.id)).toEqual([second]);
    expect((await request(api.url).get(`/v1/corpora?limit=1&cursor=${page.nextCursor}`)).body.data[0]).toEqual(made.body);
    expect((await request(api.url).get(`/v1/corpora/${made.body.id}`)).body).toEqual(made.body);
    await request(api.url).delete(`/v1/corpora/${made.body.id}`).expect(204);
    problem(await request(api.url).get(`/v1/corpora/${made.body.id}`), 404, 'not_found');
    problem(await request(api.url).delete(`/v1/corpora/${made.body.id}`), 404, 'not_found');
  });

  it('makes one corpus of a request that is sent twice', async () => {
    const send = (name: string) => request(api.url).post('/v1/corpora').set('Idempotency-Key', 'corpus-1').send({ name });
    const [first, second] = [await send('once'), await send('once')];
    expect(second.body).toEqual(first.body);
    expect([second.status, second.headers['idempotency-replayed']]).toEqual([201, 'true']);
    problem(await send('twice'), 422, 'idempotency_mismatch');
  });

  it('refuses a corpus without a name', async () => {
    problem(await request(api.url).post('/v1/corpora').send({}), 400, 'validation_failed');
  });

  it('takes uploads in, file by file, and leaves nothing on disk', async () => {
    const corpusId = await make();
    const big = Buffer.alloc(1_500_000, 'x');
    const res = await request(api.url).post(`/v1/corpora/${corpusId}/documents`).attach('files', Buffer.from('# Über'), 'Über uns.md').attach('files', big, '../../etc/big.txt').attach('other', Buffer.alloc(0), 'empty.txt');
    const { id } = accepted(res);
    expect(res.headers['location']).toBe(`/v1/corpora/${corpusId}/ingestions/${id}`);
    expect(await ingestion(corpusId, id)).toMatchObject({ status: 'queued', total: 3, files: [{ name: 'Über uns.md', state: 'pending' }, { name: 'big.txt' }, { name: 'empty.txt' }] });
    const ref = { tenantId: LOCAL_TENANT, corpusId };
    const stored = await withTx(pool, LOCAL_TENANT, async (tx) => {
      const { rows } = await tx.query<{ sha256: Buffer }>('select sha256 from ingestion_files where ingestion_id = $1 and n = 1', [id]);
      return readBlob(tx, ref, rows[0]!.sha256);
    });
    expect(stored?.equals(big)).toBe(true);
    const uploads = (): string[] => readdirSync(join(folder, 'uploads'));
    for (let tries = 0; tries < 50 && uploads().length; tries++) await new Promise((go) => setTimeout(go, 100));
    expect(uploads()).toEqual([]);
  });

  it('takes the same upload once under one key', async () => {
    const corpusId = await make();
    const send = (text: string) => request(api.url).post(`/v1/corpora/${corpusId}/documents`).set('Idempotency-Key', 'upload-1').attach('files', Buffer.from(text), 'a.txt');
    const [first, second] = [accepted(await send('one')), accepted(await send('one'))];
    expect(second).toEqual(first);
    problem(await send('two'), 422, 'idempotency_mismatch');
  });

  it('refuses uploads that are none, or too large', async () => {
    const corpusId = await make();
    const path = `/v1/corpora/${corpusId}/documents`;
    problem(await request(api.url).post(path).field('note', 'x'), 400, 'validation_failed');
    problem(await request(api.url).post(path).attach('files', Buffer.alloc(3 * 1024 * 1024), 'large.pdf'), 413, 'file_too_large');
    problem(await request(api.url).post(path).set('Content-Type', 'multipart/form-data; boundary=x').send('--x\r\nbroken'), 400, 'validation_failed');
    problem(await request(api.url).post(path).set('Content-Type', 'multipart/form-data; boundary=x').send('--x\r\ncontent-disposition: form-data; name=""\r\n\r\nx\r\n--x--\r\n'), 400, 'validation_failed');
    problem(await request(api.url).post(`/v1/corpora/${uuidv7()}/documents`).attach('files', Buffer.from('x'), 'a.txt'), 404, 'not_found');
    const uploads = (): string[] => readdirSync(join(folder, 'uploads'));
    for (let tries = 0; tries < 50 && uploads().length; tries++) await new Promise((go) => setTimeout(go, 100));
    expect(uploads()).toEqual([]);
  });

  it('takes files of an allowed folder in by path', async () => {
    const corpusId = await make();
    const send = (path: string) => request(api.url).post(`/v1/corpora/${corpusId}/documents`).send({ path });
    const { id } = accepted(await send(join(folder, 'allowed')));
    expect((await ingestion(corpusId, id)).files.map((f) => f.name)).toEqual(['a.md', 'deep/b.txt']);
    problem(await send(join(folder, 'secret.txt')), 403, 'path_not_allowed');
    problem(await send(join(folder, 'allowed/../secret.txt')), 403, 'path_not_allowed');
    problem(await send('/etc/passwd'), 403, 'path_not_allowed');
    problem(await send(join(folder, 'allowed/link.txt')), 403, 'path_not_allowed');
    problem(await send(join(folder, 'allowed/absent')), 403, 'path_not_allowed');
    problem(await send(join(folder, 'allowed/nothing')), 400, 'validation_failed');
    expect((await ingestion(corpusId, accepted(await send(join(folder, 'allowed/deep/b.txt'))).id)).files.map((f) => f.name)).toEqual(['b.txt']);
    problem(await request(api.url).post(`/v1/corpora/${corpusId}/documents`).send({ file: 'x' }), 400, 'validation_failed');
  });

  it('shows documents and finds passages, by words alone where nobody embeds', async () => {
    const corpusId = await make();
    const ref = { tenantId: LOCAL_TENANT, corpusId };
    const documentId = uuidv7();
    await withTx(pool, LOCAL_TENANT, async (tx) => {
      const sha256 = Buffer.alloc(32, 7);
      await putBlob(tx, ref, sha256, Buffer.from('Aspirin lowers fever.'));
      await insertDocument(tx, { ...ref, documentId, name: 'a.txt', mediaType: 'text/plain', bytes: 21, sha256, pages: 1, passages: 1 });
      await insertPages(tx, { ...ref, documentId }, [{ page: 1, text: 'Aspirin lowers fever.' }]);
      await insertPassages(tx, { ...ref, documentId }, [{ passageId: uuidv7(), page: 1, pageStart: 0, section: null, text: 'Aspirin lowers fever.' }]);
    });
    const page = documentPageSchema.parse((await request(api.url).get(`/v1/corpora/${corpusId}/documents`)).body);
    expect(page).toMatchObject({ data: [{ id: documentId, name: 'a.txt', passages: 1 }], nextCursor: null });
    const search = (query: string) => request(api.url).get(`/v1/corpora/${corpusId}/search?${query}`);
    expect(searchResultSchema.parse((await search('query=fever')).body)).toMatchObject({ vectors: false, hits: [{ documentId, documentName: 'a.txt', page: 1, text: 'Aspirin lowers fever.' }] });
    for (const bad of ['', 'query=', 'query=x&limit=51']) problem(await search(bad), 400, 'validation_failed');
    problem(await request(api.url).get(`/v1/corpora/${uuidv7()}/search?query=x`), 404, 'not_found');
    expect((await request(api.url).post('/v1/runs').send({ agent: 'scholar', input: { text: 'x' }, corpusId })).status).toBe(202);
    await request(api.url).delete(`/v1/corpora/${corpusId}/documents/${documentId}`).expect(204);
    problem(await request(api.url).get(`/v1/corpora/${corpusId}/documents/${documentId}`), 404, 'not_found');
    expect((await search('query=fever')).body.hits).toEqual([]);
    problem(await request(api.url).post('/v1/runs').send({ agent: 'scholar', input: { text: 'x' }, corpusId }), 422, 'corpus_empty');
  });

  it('gives the bytes back as they came, as a file that may do nothing', async () => {
    const corpusId = await make();
    const ref = { tenantId: LOCAL_TENANT, corpusId, documentId: uuidv7() };
    const bytes = Buffer.concat([Buffer.from('<script>alert(1)</script>'), randomBytes(2_500_000)]);
    const sha256 = createHash('sha256').update(bytes).digest();
    await withTx(pool, LOCAL_TENANT, async (tx) => {
      await putBlob(tx, ref, sha256, bytes);
      await insertDocument(tx, { ...ref, name: 'ä "b".html', mediaType: 'text/html', bytes: bytes.length, sha256, pages: 1, passages: 0 });
    });
    const path = `${api.url}/v1/corpora/${corpusId}/documents/${ref.documentId}/original`;
    const answer = await fetch(path);
    expect(Object.fromEntries(['content-type', 'content-length', 'etag', 'content-security-policy', 'x-content-type-options'].map((name) => [name, answer.headers.get(name)]))).toEqual({ 'content-type': 'text/html', 'content-length': String(bytes.length), etag: `"${sha256.toString('hex')}"`, 'content-security-policy': "default-src 'none'; sandbox", 'x-content-type-options': 'nosniff' });
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''%C3%A4/);
    expect(createHash('sha256').update(Buffer.from(await answer.arrayBuffer())).digest('hex')).toBe(sha256.toString('hex'));
    // Not by fetch, which asks for no cache where it is told a tag.
    await request(path).get('').set('If-None-Match', answer.headers.get('etag')!).expect(304);
    problem(await request(api.url).get(`/v1/corpora/${await make()}/documents/${ref.documentId}/original`), 404, 'not_found');
  });
});
