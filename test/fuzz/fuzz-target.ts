import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { Connection } from '@temporalio/client';
import { createApi } from '#apps/api/src/app';
import { RunRows } from '#apps/api/src/testing/run-rows';
import { agentContracts } from '#agents/registry';
import { startScriptedRuntime } from '#models/scripted';
import { createLogger, loadConfig } from '#platform';
import { registerSearchAttributes } from '#platform/stack';
import { createPool } from '#store';
import { RestClient } from '../harness/rest-api.js';
import { until } from '../harness/until.js';
import { testDatabase, testTemporal } from '../setup/servers.js';

/** Ids of things that are there, by the regular expression of the paths whose parameters they are for. */
export type KnownIds = Record<string, Record<string, (string | number)[]>>;

export type FuzzTarget = { url: string; ids: KnownIds; stop(): Promise<void> };

/**
 * The API as it ships, with every agent, over a database and a Temporal namespace of its own, and a few of everything
 * that it knows. There is no worker: no request needs one, and none carries out what was asked at random.
 */
export async function startFuzzTarget(): Promise<FuzzTarget> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-fuzz-'));
  const database = await testDatabase();
  const pool = createPool(database.url);
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address: testTemporal() });
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } as never });
  await until('the namespace', async () => (await registerSearchAttributes({ address: testTemporal() }, namespace), true));
  await connection.close();
  const runtime = await startScriptedRuntime({ script: () => ({ content: 'Yes.' }) });
  const config = loadConfig({
    DATABASE_URL: database.url, TEMPORAL_ADDRESS: testTemporal(), TEMPORAL_NAMESPACE: namespace, HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: runtime.url,
    HOLDFAST_DATA_DIR: folder, HOLDFAST_INGEST_DIRS: folder, HOLDFAST_EMBED_MODEL: 'scripted-embed', HOLDFAST_LOG_LEVEL: process.env['HOLDFAST_FUZZ_LOG'] ?? 'silent',
  });
  const app = await createApi({ config, agents: agentContracts({ probe: true }), logger: createLogger(config, 'api') });
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const rows = new RunRows(pool);
  return {
    url,
    ids: await seed(new RestClient(`${url}/v1`), rows),
    async stop() {
      await app.close();
      await runtime.stop();
      rows.notifier.close();
      await pool.end();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function seed(api: RestClient, rows: RunRows): Promise<KnownIds> {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await api.post<{ id: string }>(path, body);
    if (answer.status >= 300) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  const [live, ended] = [await rows.run({ agent: 'probe', input: { steps: 3 } }), await rows.run({ agent: 'probe', input: { steps: 3 } })];
  const artifact = randomUUID();
  for (const ref of [live, ended]) {
    await rows.start(ref);
    await rows.step(ref, 1, 0);
    await rows.step(ref, 2, 1);
  }
  await rows.result(ended, artifact);
  await rows.end(ended, 'completed');
  const place = (id: string): object => ({ kind: 'created', entity: { id, type: 'location', name: id } });
  const world = await made('/worlds', { name: 'fuzz', changes: [place('inn'), { kind: 'created', entity: { id: 'hero', type: 'character', name: 'Hero', in: 'inn', attrs: { alive: true, gold: 1 } } }] });
  const corpus = await made('/corpora', { name: 'fuzz' });
  const runs = [live.runId, ended.runId];
  const run = { agent: 'probe', input: { steps: 1 } };
  return {
    '^/v1/runs/': { 'path.id': runs, 'path.other': runs, 'path.n': [0, 1, 2], 'path.artifactId': [artifact] },
    '^/v1/worlds/': { 'path.id': [world], 'path.version': [0, 1, 2], 'path.command': ['map', 'inventory', 'recap'] },
    '^/v1/corpora/': { 'path.id': [corpus] },
    '^/v1/threads/': { 'path.id': [await made('/threads', {})] },
    '^/v1/schedules/': { 'path.id': [await made('/schedules', { name: 'fuzz', paused: true, spec: { cron: ['0 6 * * *'] }, run })] },
    '^/v1/batches/': { 'path.id': [await made('/batches', { run: { agent: 'probe' }, items: [{ key: 'a', input: { steps: 1 } }] })] },
    '^/v1/webhooks/': { 'path.id': [await made('/webhooks', { url: 'https://example.com/hook', events: ['run.finished'] })] },
    '^/v1/agents/': { 'path.name': ['probe', 'research'], 'path.version': ['1', '2'] },
    '^/v1/runtimes/': { 'path.id': ['default', 'main'] },
  };
}
