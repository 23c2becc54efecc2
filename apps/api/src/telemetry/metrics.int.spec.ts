import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, type Pool } from '#store';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { RunRows } from '../testing/run-rows.js';
import { startApi, type TestApi } from '../testing/start-api.js';

const HOUR_MS = 3_600_000;

describe('metrics of the API', () => {
  let database: TestDatabase;
  let pool: Pool;
  let api: TestApi;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 2 });
    api = await startApi({ databaseUrl: database.url, env: { HOLDFAST_METRICS_PORT: '0' } });
  });
  afterAll(async () => {
    await api?.close();
    await pool?.end();
    await database?.drop();
  });
  const scrape = async (url = api.url) => {
    const answer = await fetch(`${url}/metrics`);
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it('count runs by status, and how long the one waits that waits longest, but not for its time', async () => {
    const rows = new RunRows(pool);
    const [old, later, running] = [await rows.run(), await rows.run({ startAt: new Date(Date.now() + HOUR_MS).toISOString() }), await rows.run()];
    await rows.start(running);
    await rows.tx((tx) => tx.query(`update events set at = at - interval '90 seconds' where run_id = any($1)`, [[old.runId, later.runId]]));
    const { status, type, text } = await scrape();
    expect([status, type]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(text).toContain('holdfast_runs{status="queued"} 2');
    expect(text).toContain('holdfast_runs{status="running"} 1');
    expect(text).toContain('holdfast_runs{status="paused"} 0');
    expect(text).toContain('holdfast_database_up 1');
    const waited = Number(/holdfast_run_wait_seconds\{status="queued"\} ([\d.]+)/.exec(text)?.[1]);
    expect(waited).toBeGreaterThan(89);
    expect(waited).toBeLessThan(150);
    rows.notifier.close();
  });

  it('name routes and never paths', async () => {
    await fetch(`${api.url}/v1/runs/0197f3c2-5a1e-7c3b-9c1d-1f2e3d4c5b6a`);
    await fetch(`${api.url}/nowhere/what-jane-said`);
    await fetch(`${api.url}/console/runs/what-jane-said`);
    const { text } = await scrape();
    expect(text).toMatch(/holdfast_http_requests_total\{method="GET",route="\/v1\/runs\/:id",status="404"\} 1/);
    expect(text).toMatch(/holdfast_http_request_seconds_count\{method="GET",route="\/v1\/runs\/:id"\} 1/);
    expect(text).toMatch(/route="none",status="404"\} 1/);
    expect(text).not.toContain('jane');
  });

  it('are not for whoever comes by a proxy', async () => {
    expect((await fetch(`${api.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(403);
  });

  it('say that Postgres is away', async () => {
    const away = await startApi({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', env: { HOLDFAST_METRICS_PORT: '0' } });
    expect((await scrape(away.url)).text).toContain('holdfast_database_up 0');
    await away.close();
  });

  it('are not there where nobody asked for them', async () => {
    const silent = await startApi({ databaseUrl: database.url });
    expect((await scrape(silent.url)).status).toBe(404);
    await silent.close();
  });
});
