import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { LOCAL_PRINCIPAL, LOCAL_TENANT, TASK_QUEUES, workflowIds, WORKFLOWS } from '#contracts';
import { createDataConverter, loadConfig } from '#platform';
import { createPool, insertRun, migrate, type Pool, withTx } from '#store';
import { probeContract } from '#agents/probe/contract';
import { v7 as uuidv7 } from 'uuid';
import { BARE_QUEUE } from './bare/queue.js';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { closedSteps, databaseBytes, eventsPerStep, type HistorySize, historySize, messageBytes, stepMs } from './measure.js';
import { type Part, part, partEnv, startPart } from './processes.js';
import { MESSAGE_BYTES, WAITING_MODEL } from './script.js';
import { startServers } from './servers.js';
import { type Bench, measureFailover, measureLangGraph, measureLong, measureReaders, measureWaiting } from './wide.js';

const COMMAND = 'npm run bench';
/** The parts after `flight` take long: they come with --full, or alone with --only. */
const PARTS = ['steps', 'flight', 'readers', 'failover', 'waiting', 'langgraph', 'long'];
const PAIRS = 5;
const PAIR_STEPS = 200;
const LONG = 1_600;
const FLIGHT = 100;

const options = parseMeasureOptions(COMMAND, PARTS);
const steps = LONG;
const metrics: Record<string, number> = {};
const rows: Row[] = [];

const servers = await startServers();
const logs = `${servers.folder}/logs`;
await mkdir(logs, { recursive: true });
const started: Part[] = [];
const pool = createPool(servers.databaseUrl, { name: 'holdfast-bench' });
try {
  await migrate(servers.databaseUrl);
  const scripted = keep(await startPart('scripted runtime', part('libs/models/src/scripted/main'), { args: ['--script', part('bench/spine/script'), '--models', `scripted,${WAITING_MODEL}`], ready: /ready at/, log: `${logs}/scripted.log` }));
  const env = partEnv(servers, scripted);
  const worker = keep(await startPart('worker', part('apps/worker/src/main'), { env, ready: /worker ready/, log: `${logs}/worker.log` }));
  const api = keep(await startPart('api', part('apps/api/src/main'), { env, ready: /api ready/, log: `${logs}/api.log` }));
  keep(await startPart('bare worker', part('bench/spine/bare/main'), { env, ready: /bare worker ready/, log: `${logs}/bare.log` }));
  const config = loadConfig({ ...process.env, ...env });
  const client = new Client({ connection: await Connection.connect({ address: servers.temporalAddress }), dataConverter: createDataConverter(config) });
  console.log(`settings of the Temporal dev server: ${servers.settings}`);
  const wanted = (name: string): boolean => (options.only ? options.only === name : options.full || name === 'steps' || name === 'flight');
  if (wanted('steps')) await measureSteps(client, worker, api);
  if (wanted('flight')) await measureFlight(client, worker, api);
  const bench: Bench = {
    client,
    pool,
    databaseUrl: servers.databaseUrl,
    apiUrl: /http:\S+/.exec(api.readyLine)![0],
    worker,
    startWorker: async () => keep(await startPart('second worker', part('apps/worker/src/main'), { env, ready: /worker ready/, log: `${logs}/worker-2.log` })),
    startRun: (steps, model) => startRun(client, pool, steps, model),
    untilSteps: (runId, steps) => untilSteps(pool, runId, steps),
    databaseBytes: () => databaseBytes(pool),
    add,
  };
  if (wanted('readers')) await measureReaders(bench);
  if (wanted('failover')) await measureFailover(bench);
  if (wanted('waiting')) await measureWaiting(bench);
  if (wanted('langgraph')) await measureLangGraph(bench);
  if (wanted('long')) await measureLong(bench);
  printTable('What the loop costs', rows);
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  for (const p of started.reverse()) await p.stop();
  await pool.end();
  await servers.stop();
}
process.exit(0);

async function measureSteps(client: Client, worker: Part, api: Part): Promise<void> {
  const pairs = await measurePairs(client);
  const size = await databaseBytes(pool);
  const runId = await startRun(client, pool, steps);
  await untilSteps(pool, runId, 100);
  const early = await memory(worker, api);
  await untilSteps(pool, runId, steps);
  const late = await memory(worker, api);
  const grown = (await databaseBytes(pool)) - size;
  const written = await messageBytes(pool, runId);
  const history = await historySize(client, workflowIds.run(runId));
  const first = await stepMs(pool, runId, 1, 100);
  const last = await stepMs(pool, runId, steps - 100, steps);
  const ratio = median(pairs.map((p) => p.run / p.bare));
  const apart = median(pairs.map((p) => p.run / p.apart));
  add('bare workflow, ms a step (median)', median(pairs.map((p) => p.bare)).toFixed(1), '', 'bare_ms', median(pairs.map((p) => p.bare)));
  add('run, ms a step (median)', median(pairs.map((p) => p.run)).toFixed(1), '', 'step_ms', median(pairs.map((p) => p.run)));
  add(`time a step ÷ bare (median of ${pairs.length} pairs: ${pairs.map((p) => (p.run / p.bare).toFixed(2)).join(', ')})`, ratio.toFixed(2), '≤ 1.6', 'step_ratio', ratio);
  add('the same beside bare with a queue apart for its first activity', apart.toFixed(2), '', 'step_ratio_apart', apart);
  add(`run of ${steps} steps: steps ${steps - 99}–${steps} ÷ steps 1–100`, (last / first).toFixed(2), '≤ 1.15', 'flatness', last / first);
  add('activities a step', (history.activities / steps).toFixed(2), '', 'activities_per_step', history.activities / steps);
  add('events a step (run log)', (await eventsPerStep(pool, runId)).toFixed(1), '');
  add('history events a step', (history.events / steps).toFixed(1), '', 'history_events_per_step', history.events / steps);
  add('history bytes an activity', Math.round(history.bytes / history.activities), '≤ 2,048', 'history_bytes_per_activity', history.bytes / history.activities);
  add(`Postgres growth ÷ message bytes (${MESSAGE_BYTES}-byte messages)`, (grown / written).toFixed(2), '≤ 3', 'growth_ratio', grown / written);
  addMemory(early, late, history);
}

type Pair = { bare: number; apart: number; run: number };

/** The machine's speed varies from minute to minute, so each run is compared with the bare workflow right before it. */
async function measurePairs(client: Client): Promise<Pair[]> {
  await startRun(client, pool, 50).then((id) => untilSteps(pool, id, 50));
  await timeBare(client, 50);
  await timeBare(client, 50, true);
  const pairs: Pair[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const before = await timeBare(client, PAIR_STEPS / 2);
    const runId = await startRun(client, pool, PAIR_STEPS);
    await untilSteps(pool, runId, PAIR_STEPS);
    const after = await timeBare(client, PAIR_STEPS / 2);
    const apart = await timeBare(client, PAIR_STEPS / 2, true);
    pairs.push({ bare: (before + after) / 2, apart, run: await stepMs(pool, runId, 1, PAIR_STEPS) });
  }
  return pairs;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

function addMemory(early: Memory, late: Memory, history: HistorySize): void {
  const heap = (late.heap - early.heap) / early.heap;
  add('heap of API and worker, MB after 100 steps → after all', `${mb(early.heap)} → ${mb(late.heap)}`, '', 'heap_growth', heap);
  add('heap growth', `${(heap * 100).toFixed(1)} %`, '≤ 10 %');
  add('resident memory of API and worker, MB', `${mb(early.rss)} → ${mb(late.rss)}`, '', 'rss_mb', late.rss / 2 ** 20);
  add('executions of the run', history.executions, '');
}

async function measureFlight(client: Client, worker: Part, api: Part): Promise<void> {
  const ids = await Promise.all(Array.from({ length: FLIGHT }, () => startRun(client, pool, 200)));
  let peak = 0;
  for (let i = 0; i < 20; i++) {
    await sleep(1_000);
    peak = Math.max(peak, (await memory(worker, api)).rss);
  }
  add(`${FLIGHT} runs in flight: resident memory of API and worker, MB`, mb(peak), '< 700', 'flight_rss_mb', peak / 2 ** 20);
  await Promise.all(ids.map((id) => client.workflow.getHandle(workflowIds.run(id)).terminate()));
}

function keep(p: Part): Part {
  started.push(p);
  return p;
}

function add(what: string, value: string | number, target: string, metric?: string, number?: number): void {
  rows.push({ measured: what, value, target });
  if (metric && number !== undefined) metrics[metric] = number;
}

async function startRun(client: Client, pool: Pool, maxSteps: number, model?: string): Promise<string> {
  const runId = uuidv7();
  await withTx(pool, LOCAL_TENANT, (tx) =>
    insertRun(tx, {
      tenantId: LOCAL_TENANT, runId, principalId: LOCAL_PRINCIPAL, agent: 'probe', agentVersion: probeContract.version, input: { steps: maxSteps, bytes: MESSAGE_BYTES },
      priority: 'interactive', tags: [], limits: { ...probeContract.limits, maxSteps }, sampling: {}, ...(model ? { model } : {}),
    }),
  );
  await client.workflow.start(WORKFLOWS.agentRun, { workflowId: workflowIds.run(runId), taskQueue: TASK_QUEUES.main, args: [{ tenantId: LOCAL_TENANT, runId }] });
  return runId;
}

async function untilSteps(pool: Pool, runId: string, n: number): Promise<void> {
  for (let last = -1, idle = 0; ; ) {
    const done = await closedSteps(pool, runId);
    if (done >= n) return;
    idle = done === last ? idle + 1 : 0;
    if (idle > 120) throw new Error(`the run stands still at step ${done}`);
    last = done;
    await sleep(500);
  }
}

async function timeBare(client: Client, bareSteps: number, apart = false): Promise<number> {
  const start = performance.now();
  await client.workflow.execute('bare', { workflowId: `bare-${uuidv7()}`, taskQueue: BARE_QUEUE, args: [{ from: 0, to: bareSteps, apart }] });
  return (performance.now() - start) / bareSteps;
}

type Memory = { heap: number; rss: number };

async function memory(worker: Part, api: Part): Promise<Memory> {
  const readings = await Promise.all([worker.memory(), api.memory()]);
  return { heap: readings.reduce((n, r) => n + r.heapUsed, 0), rss: readings.reduce((n, r) => n + r.rss, 0) };
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
