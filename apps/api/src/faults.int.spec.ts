import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { createPool, type Pool } from '#store';
import { CuttableProxy } from '#test/harness/cuttable-proxy';
import { RunRows } from './testing/run-rows.js';
import { testDatabase, testTemporal } from '#test/setup/servers';
import { SseReader } from '#test/harness/sse-reader';
import { startApi, type TestApi } from './testing/start-api.js';

jest.setTimeout(30_000);

describe('when a server goes away', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let postgres: CuttableProxy;
  let temporal: CuttableProxy;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;

  beforeAll(async () => {
    database = await testDatabase();
    const url = new URL(database.url);
    postgres = new CuttableProxy({ host: url.hostname, port: Number(url.port) });
    const [host, port] = testTemporal().split(':');
    temporal = new CuttableProxy({ host: host!, port: Number(port) });
    await Promise.all([postgres.open(), temporal.open()]);
    url.host = `127.0.0.1:${postgres.port}`;
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: url.href, temporalAddress: `127.0.0.1:${temporal.port}`, timing: { pollMs: 200 } });
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await Promise.all([postgres.cut(), temporal.cut()]);
    await database.drop();
  });

  const create = () => request(api.url).post('/v1/runs').send({ agent: 'echo', input: { text: 'hi' } });
  const ready = async () => (await request(api.url).get('/readyz')).body as { status: string; parts: Record<string, { state: string; remedy: string | null }> };

  it('answers 503 while Postgres is down, says so, and goes on when it is back', async () => {
    const { body: run } = await create().expect(202);
    const reader = new SseReader(`${api.url}/v1/runs/${run.id}/events`);
    await reader.until((m) => m.length >= 1);
    await postgres.cut();
    for (const path of ['/v1/runs', `/v1/runs/${run.id}`, `/v1/runs/${run.id}/events`, `/v1/runs/${run.id}/steps`]) {
      const res = await request(api.url).get(path);
      expect([path, res.status, JSON.parse(res.text).code]).toEqual([path, 503, 'database_unavailable']);
      expect(res.headers['retry-after']).toBe('2');
      expect(res.text).not.toMatch(/ECONN|select|\.ts/);
    }
    const refused = await create();
    expect([refused.status, JSON.parse(refused.text).retryable]).toEqual([503, true]);
    expect(await request(api.url).get('/healthz').then((r) => r.status)).toBe(200);
    expect(await ready()).toMatchObject({ status: 'not_ready', parts: { postgres: { state: 'down', remedy: expect.stringContaining('DATABASE_URL') }, temporal: { state: 'ok' } } });
    await rows.event({ tenantId: '00000000-0000-7000-8000-000000000001', runId: run.id as string }, { type: 'tool.called' });
    await postgres.open();
    await create().expect(202);
    await reader.until((m) => m.length >= 2);
    expect(reader.ids).toEqual([1, 2]);
    reader.close();
    expect(await ready()).toMatchObject({ status: 'degraded', parts: { postgres: { state: 'ok', remedy: null }, migrations: { state: 'ok' }, runtime: { state: 'down' } } });
  });

  it('accepts and queues while Temporal is down, without making anybody wait for it', async () => {
    await temporal.cut();
    const started = Date.now();
    const { body: run } = await create().expect(202);
    expect(run.status).toBe('queued');
    await request(api.url).post(`/v1/runs/${run.id}/messages`).send({ text: 'x' }).expect(202);
    await request(api.url).post(`/v1/runs/${run.id}/pause`).send({}).expect(202);
    expect(Date.now() - started).toBeLessThan(4_000);
    expect(await ready()).toMatchObject({ status: 'not_ready', parts: { temporal: { state: 'down', remedy: expect.stringContaining('TEMPORAL_ADDRESS') }, postgres: { state: 'ok' } } });
    expect((await request(api.url).get('/readyz')).status).toBe(503);
    await temporal.open();
    while ((await ready()).parts['temporal']!.state !== 'ok') await new Promise((go) => setTimeout(go, 100));
    await create().expect(202);
  });
});

describe('before the schema is there', () => {
  it('says that migrations are pending', async () => {
    const { default: pg } = await import('pg');
    const database = await testDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('drop schema public cascade; create schema public');
    await client.end();
    const api = await startApi({ databaseUrl: database.url });
    const res = await request(api.url).get('/v1/runs');
    expect([res.status, JSON.parse(res.text).code]).toEqual([503, 'database_unavailable']);
    expect((await request(api.url).get('/readyz')).body).toMatchObject({ status: 'not_ready', parts: { postgres: { state: 'ok' }, migrations: { state: 'down', detail: expect.stringContaining('0001_runs.sql') } } });
    await api.close();
    await database.drop();
  });
});

describe('at the door', () => {
  it.each<[string, Record<string, string>]>([
    ['a host that is not this machine', { Host: 'attacker.example' }],
    ["another site's page", { Origin: 'https://attacker.example' }],
    ['a page without an origin', { Origin: 'null' }],
  ])('refuses %s', async (_, headers) => {
    const api = await startApi({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
    for (const path of ['/v1/runs', '/healthz', '/docs', '/openapi.json']) {
      const res = await request(api.url).get(path).set(headers);
      expect([path, res.status, res.type, JSON.parse(res.text).code]).toEqual([path, 403, 'application/problem+json', 'forbidden_host']);
    }
    await api.close();
  });

  it('answers unknown routes, wrong methods and broken paths as problems', async () => {
    const api = await startApi({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
    for (const [method, path, status] of [['get', '/v1/nope', 404], ['put', '/v1/runs', 404], ['get', '/v1/runs/%E0%A4%A', 400], ['get', '/v1/agents/%00', 404]] as const) {
      const res = await request(api.url)[method](path);
      expect([path, res.status, res.type]).toEqual([path, status, 'application/problem+json']);
    }
    const { headers } = await request(api.url).get('/v1/agents');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-cache', 'content-security-policy': expect.stringContaining("default-src 'none'") });
    expect(headers['x-powered-by']).toBeUndefined();
    await api.close();
  });
});
