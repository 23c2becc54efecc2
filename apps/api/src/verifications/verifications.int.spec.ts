import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { verificationSchema } from '#contracts';
import { testDatabase, testTemporal } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

describe('verifications', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url, temporalAddress: testTemporal() });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  const post = (body: unknown) => request(api.url).post('/v1/verifications').send(body as object);

  it('say which sentence of a note its source does not have', async () => {
    const body = { kind: 'clinical-note', source: 'Doctor: start metformin 500 milligrams twice a day.', text: 'Start metformin 500 mg twice a day. Start warfarin 5 mg daily.' };
    const answer = verificationSchema.parse((await post(body).expect(200)).body);
    expect(answer.verdict).toBe('doubtful');
    expect(answer.sentences.map((s) => s.verdict)).toEqual(['supported', 'doubtful']);
  });

  it('refuse an empty source and an unknown kind', async () => {
    await post({ kind: 'clinical-note', source: ' \n', text: 'Fever.' }).expect(400);
    await post({ kind: 'horoscope', source: 'a', text: 'b' }).expect(400);
  });
});
