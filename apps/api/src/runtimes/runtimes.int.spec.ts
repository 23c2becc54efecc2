import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCAL_TENANT } from '#contracts';
import { type ScriptedRuntime, startScriptedRuntime } from '#models/scripted';
import { createPool, type Pool, saveFindings, withTx } from '#store';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

describe('runtimes and models', () => {
  let database: TestDatabase;
  let pool: Pool;
  let runtime: ScriptedRuntime;
  let api: TestApi;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 2 });
    runtime = await startScriptedRuntime({ script: [], models: ['gemma4:e4b'] });
    const further = JSON.stringify([{ id: 'gpu', kind: 'openai', url: 'http://127.0.0.1:1', slots: 3 }]);
    api = await startApi({ databaseUrl: database.url, env: { HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: runtime.url, HOLDFAST_MODEL: 'gemma4:e4b', HOLDFAST_RUNTIMES: further, HOLDFAST_ROLES: '{"judge":"gpu/judge-model"}' } });
  });
  afterAll(async () => {
    await api?.close();
    await runtime?.stop();
    await pool?.end();
    await database?.drop();
  });
  const get = async (path: string): Promise<[number, never]> => {
    const response = await fetch(`${api.url}${path}`);
    return [response.status, (await response.json()) as never];
  };

  it('shows what fits this machine, and what is there', async () => {
    const [status, list] = (await get('/v1/models')) as unknown as [number, { machine: { memoryBytes: number }; data: { picked: boolean; installed: boolean; id: string; sources: string[] }[] }];
    expect(status).toBe(200);
    expect(list.machine.memoryBytes).toBeGreaterThan(2 ** 30);
    expect(list.data.filter(({ installed }) => installed).map(({ id }) => id)).toEqual(['gemma-4-e4b']);
    expect(list.data.every(({ sources }) => sources.length > 0)).toBe(true);
  });

  it('shows each runtime with its state, capabilities and queues', async () => {
    const [, { data }] = (await get('/v1/runtimes')) as unknown as [number, { data: { id: string; state: string; slots: number; queues: { queue: string }[]; capabilities: Record<string, string> }[] }];
    expect(data.map(({ id, state, slots }) => [id, state, slots])).toEqual([['ollama', 'ok', 1], ['gpu', 'down', 3]]);
    expect(data[1]!.queues.map(({ queue }) => queue)).toEqual(['holdfast-model-gpu/judge-model', 'holdfast-model-gpu']);
    expect(data[1]!.capabilities['pull']).toBe('no');
    expect((await get('/v1/runtimes/none'))[0]).toBe(404);
  });

  it('shows what the doctor found, and says so where nothing can examine', async () => {
    expect(await get('/v1/runtimes/ollama/doctor')).toEqual([200, { data: [] }]);
    const report = { runtimeId: 'ollama', model: 'gemma4:e4b', version: '1', examinedAt: '2026-01-01T00:00:00.000Z', findings: [], off: [], toolMode: 'text' as const, promptSpeed: 1, outputSpeed: 1, loadMs: null, driftDoubtful: true };
    await withTx(pool, LOCAL_TENANT, (tx) => saveFindings(tx, LOCAL_TENANT, report));
    expect(await get('/v1/runtimes/ollama/doctor?model=gemma4:e4b')).toEqual([200, { data: [report] }]);
    const response = await fetch(`${api.url}/v1/runtimes/ollama/doctor`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, 'temporal_unavailable']);
  });
});
