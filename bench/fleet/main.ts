import { mkdir } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { LOCAL_PRINCIPAL, LOCAL_TENANT, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';
import { createDataConverter, loadConfig, runStartOptions } from '#platform';
import { createPool, insertBatch, insertItems, migrate, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { type Part, part, partEnv, startPart } from '../spine/processes.js';
import { startServers } from '../spine/servers.js';
import { PARENT_QUEUE } from './bare/queue.js';
import { closedRuns, longestHistory, spoiledRuns } from './measure.js';
import { SHORT, untilCompleted, writeRuns } from './runs.js';

const COMMAND = 'npm run bench:fleet';
const options = parseMeasureOptions(COMMAND, ['workers', 'batch'], {
  runs: { usage: '--runs N       runs started at once (default 1000)' },
  server: { usage: '--server S     Temporal: dev (the dev server on SQLite, default) or postgres (the production server on Postgres)' },
});
const RUNS = Number(options.more['runs'] ?? 1_000);
const ITEMS = options.full ? 10_000 : 1_000;
const FLEETS = [1, 2, 4];
const CONCURRENCY = 40;
/** Starts sent to Temporal at once. */
const STARTING = 50;
/** Ids that one bare parent is given. */
const PARENT_ITEMS = 500;
const ITEM_CHUNK = 500;
/** Polled by nobody. */
const IDLE_QUEUE = 'bench-idle';

const rows: Row[] = [];
const metrics: Record<string, number> = {};
const servers = await startServers(options.more['server'] === 'postgres' ? 'postgres' : 'dev');
const logs = `${servers.folder}/logs`;
await mkdir(logs, { recursive: true });
const pool = createPool(servers.databaseUrl, { name: 'holdfast-bench' });
const started: Part[] = [];
try {
  await migrate(servers.databaseUrl);
  const scripted = keep(await startPart('scripted runtime', part('libs/models/src/scripted/main'), { args: ['--script', part('bench/fleet/script'), '--models', 'scripted'], ready: /ready at/, log: `${logs}/scripted.log` }));
  const env = partEnv(servers, scripted, 16);
  const config = loadConfig({ ...process.env, ...env });
  const client = new Client({ connection: await Connection.connect({ address: servers.temporalAddress }), dataConverter: createDataConverter(config) });
  console.log(`settings of Temporal: ${servers.settings}`);
  // Under the reconciler's id stands one that does nothing: the real one would start runs that are only written yet.
  await client.workflow.start(WORKFLOWS.reconciler, { workflowId: workflowIds.reconciler, taskQueue: IDLE_QUEUE });
  if (options.only !== 'batch') for (const workers of FLEETS) await measureFleet(client, env, workers);
  if (options.only !== 'workers') await measureBatch(client, env);
  const spoiled = await spoiledRuns(pool);
  add('runs that ended in any other way than completed', spoiled, 'spoiled', spoiled, 0);
  printTable('What a fleet carries', rows);
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  for (const p of started.reverse()) await p.stop();
  await pool.end();
  await servers.stop();
}
process.exit(0);

/** All runs are started at once; the clock runs until the last has completed. */
async function measureFleet(client: Client, env: Record<string, string>, workers: number): Promise<void> {
  const parts = await startWorkers(env, workers);
  const ids = await writeRuns(pool, RUNS, 'interactive');
  const before = await closedRuns(pool);
  const start = performance.now();
  for (let from = 0; from < ids.length; from += STARTING) {
    await Promise.all(ids.slice(from, from + STARTING).map((runId) => client.workflow.start(WORKFLOWS.agentRun, runStartOptions({ tenantId: LOCAL_TENANT, runId, agent: 'probe', priority: 'interactive', again: false }))));
  }
  await untilCompleted(pool, RUNS, before);
  const seconds = (performance.now() - start) / 1_000;
  const rss = (await Promise.all(parts.map((p) => p.memory()))).reduce((n, m) => n + m.rss, 0);
  add(`${RUNS} runs at once, ${workers} worker${workers > 1 ? 's' : ''}: seconds`, seconds.toFixed(1), `fleet_${workers}_s`, seconds);
  add(`${workers} worker${workers > 1 ? 's' : ''}: runs a second; resident memory of all, MB`, `${(RUNS / seconds).toFixed(1)}; ${(rss / 2 ** 20).toFixed(0)}`, `fleet_${workers}_runs_per_s`, RUNS / seconds);
  for (const p of parts) await p.stop();
}

/** A batch beside a bare parent that starts a child an item, over the same worker, half of the bare items before it and half after. */
async function measureBatch(client: Client, env: Record<string, string>): Promise<void> {
  const [worker] = await startWorkers(env, 1);
  keep(await startPart('bare parent', part('bench/fleet/bare/main'), { env, ready: /bare worker ready/, log: `${logs}/bare.log` }));
  await timeBare(client, 50);
  const first = await timeBare(client, ITEMS / 2);
  const ref = { tenantId: LOCAL_TENANT, batchId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, async (tx) => {
    await insertBatch(tx, { ...ref, principalId: LOCAL_PRINCIPAL, agent: 'probe', template: { agent: 'probe', tags: [] }, maxConcurrency: CONCURRENCY });
    for (let from = 0; from < ITEMS; from += ITEM_CHUNK) await insertItems(tx, ref, Array.from({ length: Math.min(ITEM_CHUNK, ITEMS - from) }, (_, i) => ({ n: from + i + 1, key: String(from + i), input: SHORT })));
  });
  const start = performance.now();
  await client.workflow.execute(WORKFLOWS.batch, { workflowId: workflowIds.batch(ref.batchId), taskQueue: TASK_QUEUES.main, args: [ref] });
  const batch = ITEMS / ((performance.now() - start) / 1_000);
  const { rss } = await worker!.memory();
  const bare = (first + (await timeBare(client, ITEMS / 2))) / 2;
  const history = await longestHistory(client, workflowIds.batch(ref.batchId));
  add(`bare parent, ${ITEMS} items, ${CONCURRENCY} at once: items a second`, bare.toFixed(1), 'bare_items_per_s', bare);
  add(`batch, ${ITEMS} items, ${CONCURRENCY} at once: items a second`, batch.toFixed(1), 'batch_items_per_s', batch);
  add('time an item ÷ bare', (bare / batch).toFixed(2), 'batch_ratio', bare / batch, '≤ 1.5');
  add(`longest history of the batch's ${history.executions} executions: events; KB`, `${history.events}; ${(history.bytes / 1_024).toFixed(0)}`, 'batch_history_events', history.events, '≤ 4,000');
  add('resident memory of the worker after it, MB', (rss / 2 ** 20).toFixed(0), 'batch_rss_mb', rss / 2 ** 20);
}

/** Items a second of the bare parent. */
async function timeBare(client: Client, count: number): Promise<number> {
  const ids = await writeRuns(pool, count, 'batch');
  const start = performance.now();
  for (let from = 0; from < count; from += PARENT_ITEMS) {
    await client.workflow.execute('bareParent', { workflowId: `bare-${uuidv7()}`, taskQueue: PARENT_QUEUE, args: [{ tenantId: LOCAL_TENANT, runIds: ids.slice(from, from + PARENT_ITEMS), concurrency: CONCURRENCY, taskQueue: TASK_QUEUES.main }] });
  }
  return count / ((performance.now() - start) / 1_000);
}

async function startWorkers(env: Record<string, string>, count: number): Promise<Part[]> {
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) parts.push(keep(await startPart(`worker ${i + 1}`, part('apps/worker/src/main'), { env, ready: /worker ready/, log: `${logs}/worker-${i}.log` })));
  return parts;
}

function keep(p: Part): Part {
  started.push(p);
  return p;
}

function add(measured: string, value: string | number, metric: string, number: number, target: string | number = ''): void {
  rows.push({ measured, value, target });
  metrics[metric] = number;
}
