import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT, type RunSteering } from '#contracts';
import { createPool, type Pool, readRunSteering } from '#store';
import { testDatabase } from '#test/setup/servers';
import { vectorFile } from '#test/harness/steering-vector';
import { RunRows } from '../testing/run-rows.js';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

/** As wide as the largest Gemma that fits a desk. */
const vector = vectorFile({ name: 'gemma4:31b', digest: 'b'.repeat(64), width: 5_376, layer: 30 });
const other = vectorFile({ name: 'gemma3:270m', digest: 'c'.repeat(64), width: 8, layer: 3 });

describe('activation steering asked of the API', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;
  let rows: RunRows;
  let embedded: TestApi;
  let ollama: TestApi;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    embedded = await startApi({ databaseUrl: database.url, env: { HOLDFAST_RUNTIME: 'embedded' } });
    ollama = await startApi({ databaseUrl: database.url, env: { HOLDFAST_RUNTIME: 'ollama' } });
  });
  afterAll(async () => {
    await Promise.all([embedded.close(), ollama.close()]);
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  const create = (api: TestApi, steering: object, key = uuidv7()) => request(api.url).post('/v1/runs').set('idempotency-key', key).send({ agent: 'echo', input: { text: 'hi' }, steering });
  const kept = (runId: string): Promise<RunSteering | null> => rows.tx((tx) => readRunSteering(tx, { tenantId: LOCAL_TENANT, runId }));

  it('is kept with the run, clamping where nothing else is said, and off where it is not asked for', async () => {
    const steered = await create(embedded, { vector });
    expect(steered.status).toBe(202);
    expect(await kept(steered.body.id)).toEqual({ vector, correction: 'clamp' });
    const plain = await request(embedded.url).post('/v1/runs').send({ agent: 'echo', input: { text: 'hi' } });
    expect(await kept(plain.body.id)).toBeNull();
  });

  it('is steering_unsupported, with no run made, where no configured runtime can', async () => {
    const { rows: before } = await rows.tx((tx) => tx.query('select count(*)::int as n from runs'));
    const refused = await create(ollama, { vector });
    expect([refused.status, (JSON.parse(refused.text) as { code: string }).code]).toEqual([501, 'steering_unsupported']);
    const { rows: after } = await rows.tx((tx) => tx.query('select count(*)::int as n from runs'));
    expect(after).toEqual(before);
  });

  it.each([
    ['a direction of another width', { vector: { ...vector, model: { ...vector.model, width: 10 } } }, 'steering.vector.axes'],
    ['no axis', { vector: { ...vector, axes: [] } }, 'steering.vector.axes'],
    ['an unknown correction', { vector: other, correction: 'push' }, 'steering.correction'],
    ['no vector', { correction: 'clamp' }, 'steering.vector'],
  ])('refuses %s and says where', async (_what, steering, path) => {
    const refused = await create(embedded, steering);
    expect(refused.status).toBe(400);
    expect((JSON.parse(refused.text) as { errors: { path: string }[] }).errors.map((e) => e.path)).toContain(path);
  });

  it('goes on in a fork, unless the fork is to be steered otherwise or not at all', async () => {
    const source = await rows.run({ steering: { vector: other, correction: 'gate' } });
    await rows.start(source);
    const fork = async (steering?: object) => request(embedded.url).post(`/v1/runs/${source.runId}/forks`).send({ fromStep: 0, overrides: steering ? { steering } : {} });
    expect(await kept((await fork()).body.id)).toEqual({ vector: other, correction: 'gate' });
    expect(await kept((await fork({ correction: 'read' })).body.id)).toEqual({ vector: other, correction: 'read' });
    expect(await kept((await fork({ vector })).body.id)).toEqual({ vector, correction: 'gate' });
    expect(await kept((await fork({ vector: null })).body.id)).toBeNull();
  });

  it('a fork of a run that is not steered cannot be given a correction alone', async () => {
    const source = await rows.run();
    await rows.start(source);
    const refused = await request(embedded.url).post(`/v1/runs/${source.runId}/forks`).send({ fromStep: 0, overrides: { steering: { correction: 'clamp' } } });
    expect(refused.status).toBe(400);
    const given = await request(embedded.url).post(`/v1/runs/${source.runId}/forks`).send({ fromStep: 0, overrides: { steering: { vector: other } } });
    expect(await kept(given.body.id)).toEqual({ vector: other, correction: 'clamp' });
  });
});
