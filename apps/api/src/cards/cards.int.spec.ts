import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { cardListSchema, cardViewSchema, LOCAL_PRINCIPAL, LOCAL_TENANT as tenantId } from '#contracts';
import { createPool, deleteDocument, describeDocument, insertCorpus, insertDocument, insertRun, type Pool, setResult, withTx } from '#store';
import { readZip } from '../../../../libs/corpus/src/zip/read-zip.js';
import { testDatabase, testTemporal } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

describe('cards', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  const corpus = { tenantId, corpusId: uuidv7() };
  const document = { ...corpus, documentId: uuidv7() };
  const runId = uuidv7();

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    api = await startApi({ databaseUrl: database.url, temporalAddress: testTemporal() });
    const card = (question: string) => ({ question, answer: '500 mg', citations: [{ passageId: uuidv7(), documentId: document.documentId, documentName: 'trial.pdf', page: 2, section: null, quote: 'The dose was 500 mg.' }] });
    await withTx(pool, tenantId, async (tx) => {
      await insertCorpus(tx, { ...corpus, name: 'Trials' });
      await insertDocument(tx, { ...document, name: 'trial.pdf', mediaType: 'application/pdf', bytes: 1, sha256: createHash('sha256').update('x').digest(), pages: 2, passages: 1 });
      await describeDocument(tx, document, { tags: ['late trial'] });
      await insertRun(tx, { tenantId, runId, principalId: LOCAL_PRINCIPAL, agent: 'research', agentVersion: '1', input: {}, corpusId: corpus.corpusId, priority: 'interactive', tags: [], limits: { maxSteps: 1, maxTokens: 1, maxSeconds: 1 }, sampling: {} });
      await setResult(tx, { tenantId, runId }, { answer: '', claims: [], cards: [card('Which dose was given?'), card('which dose was given'), card('How much?')] });
    });
  });
  afterAll(async () => {
    await api.close();
    await pool.end();
    await database.drop();
  });

  const list = async (due: string) => cardListSchema.parse((await request(api.url).get('/v1/cards').query({ corpusId: corpus.corpusId, due }).expect(200)).body).data;

  it('are taken once, reviewed, exported, and go with their document', async () => {
    const take = async () => (await request(api.url).post('/v1/cards').send({ runId }).expect(200)).body as unknown;
    expect(await take()).toEqual({ taken: 2, known: 1 });
    expect(await take()).toEqual({ taken: 0, known: 3 });
    const [first] = await list('now');
    const reviewed = cardViewSchema.parse((await request(api.url).post(`/v1/cards/${first!.id}/review`).send({ rating: 'easy' }).expect(200)).body);
    expect(Date.parse(reviewed.due)).toBeGreaterThan(Date.now() + 86_400_000);
    expect((await list('now')).map((c) => c.id)).not.toContain(first!.id);
    expect((await list('any')).find((c) => c.id === first!.id)).toMatchObject({ reviews: 1, due: reviewed.due });
    const csv = await request(api.url).get('/v1/cards/export').query({ corpusId: corpus.corpusId }).expect(200);
    expect(csv.text.trim().split('\r\n')).toHaveLength(3);
    const apkg = await request(api.url).get('/v1/cards/export').query({ corpusId: corpus.corpusId, format: 'apkg' }).buffer(true).parse((res, done) => { const parts: Buffer[] = []; res.on('data', (d: Buffer) => parts.push(d)); res.on('end', () => done(null, Buffer.concat(parts))); }).expect(200);
    expect(readZip(apkg.body as Buffer)[0]!.read().toString('latin1')).toContain(' late_trial ');
    await request(api.url).post(`/v1/cards/${uuidv7()}/review`).send({ rating: 'good' }).expect(404);
    await request(api.url).post('/v1/cards').send({ runId: uuidv7() }).expect(404);
    await withTx(pool, tenantId, (tx) => deleteDocument(tx, document));
    expect(await list('any')).toEqual([]);
  });
});
