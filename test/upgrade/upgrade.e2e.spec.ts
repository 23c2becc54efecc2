import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isLive, LOCAL_TENANT, type RunRef, type RunStatus } from '#contracts';
import { PROJECT_ROOT } from '#platform';
import { freePort } from '#platform/stack';
import { ALL_TENANTS, createPool, type Pool, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { Child } from '../harness/child.js';
import { TestPostgres } from '../harness/postgres.js';
import { modelOf } from '../harness/scenario.js';
import { TestTemporal } from '../harness/temporal.js';
import { until } from '../harness/until.js';
import { layOut, previousRelease } from './previous.js';

jest.setTimeout(240_000);
const commit = previousRelease();
const suite = commit === null ? describe.skip : describe;

suite(`an upgrade from the release before${commit === null ? ' (skipped: this checkout has no history)' : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'));
  const before = join(folder, 'before');
  const children: Child[] = [];
  let postgres: TestPostgres;
  let temporal: TestTemporal;
  let pool: Pool;
  let env: Record<string, string>;
  let api: string;

  beforeAll(async () => {
    layOut(commit!, before);
    [postgres, temporal] = await Promise.all([TestPostgres.start(folder), TestTemporal.start(folder)]);
    pool = createPool(postgres.url, { max: 4, name: 'holdfast-test' });
    const [port, runtimePort] = [await freePort(), await freePort()];
    api = `http://127.0.0.1:${port}/v1`;
    env = {
      DATABASE_URL: postgres.url, TEMPORAL_ADDRESS: temporal.address, HOLDFAST_DATA_DIR: folder, HOLDFAST_PORT: String(port), HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: `http://127.0.0.1:${runtimePort}`,
      HOLDFAST_MODEL: 'play?steps=3', HOLDFAST_EMBED_MODEL: 'scripted-embed', HOLDFAST_PROBE_AGENT: '1', HOLDFAST_MODEL_SLOTS: '4',
    };
    await start(PROJECT_ROOT, 'runtime', 'libs/models/src/scripted/main.ts', /ready at/, ['--port', String(runtimePort), '--script', join(PROJECT_ROOT, 'test/harness/scenario.ts')]);
  });
  afterAll(async () => {
    for (const child of children) await child.kill();
    await pool?.end();
    await Promise.all([postgres?.stop(), temporal?.kill()]);
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(root: string, name: string, entry: string, ready: RegExp, args: string[] = []): Promise<Child> {
    const child = new Child(name, { command: process.execPath, args: ['--import', join(root, 'test/setup/source-loader.mjs'), join(root, entry), ...args], env, log: join(folder, `${name}.log`), ready });
    children.push(child);
    await child.start();
    return child;
  }
  const both = (root: string): Promise<Child[]> => Promise.all([start(root, 'worker', 'apps/worker/src/main.ts', /worker ready/), start(root, 'api', 'apps/api/src/main.ts', /api ready/)]);
  const ask = async <T>(path: string, body?: object): Promise<T> => (await fetch(api + path, body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {})).json() as Promise<T>;
  const begin = async (steps: number, delayMs: number): Promise<RunRef> => ({ tenantId: LOCAL_TENANT, runId: (await ask<{ id: string }>('/runs', { agent: 'probe', input: { steps }, model: modelOf({ steps, delayMs, key: String(delayMs) }) })).id });
  const stepsOf = async ({ runId }: RunRef): Promise<number> => (await ask<{ data: unknown[] }>(`/runs/${runId}/steps?limit=200`)).data.length;

  it('carries runs that are under way, and those that are done are read as they were', async () => {
    const old = await both(before);
    const done = await begin(2, 1);
    const underWay = [await begin(14, 400), await begin(14, 401)];
    await until('the short run', async () => (await ask<{ status: string }>(`/runs/${done.runId}`)).status === 'completed', 60_000);
    await until('three steps', async () => (await stepsOf(underWay[0]!)) >= 3, 60_000);
    for (const child of old.reverse()) await child.stop();
    // The tables are still those of the release before: read by what they have always had.
    const { rows: left } = await withTx(pool, ALL_TENANTS, (tx) => tx.query<{ status: RunStatus }>('select status from runs where run_id = any($1)', [underWay.map((ref) => ref.runId)]));
    expect(left.map((run) => isLive(run.status))).toEqual([true, true]);

    await both(PROJECT_ROOT);
    for (const ref of underWay) {
      await until('the end of a run', async () => (await ask<{ status: string }>(`/runs/${ref.runId}`)).status === 'completed', 90_000);
      const { branch } = await checkRun(pool, ref, { status: 'completed' });
      expect(branch).toHaveLength(15);
    }
    await checkRun(pool, done, { status: 'completed' });
    expect(await stepsOf(done)).toBe(3);
  });
});
