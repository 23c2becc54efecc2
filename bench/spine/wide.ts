import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { workflowIds } from '#contracts';
import type { Pool } from '#store';
import { graphCosts, langgraphFolder } from '../langgraph/compare.js';
import { readAges } from './event-reader.js';
import { closedSteps, conversationTokens, stepMs } from './measure.js';
import type { Part } from './processes.js';
import { WAITING_MODEL } from './script.js';
import { approveAll, untilRuns } from './waiting.js';

/** What the parts need of the benchmark that runs them. */
export type Bench = {
  client: Client;
  pool: Pool;
  databaseUrl: string;
  apiUrl: string;
  worker: Part;
  startWorker(): Promise<Part>;
  startRun(steps: number, model?: string): Promise<string>;
  untilSteps(runId: string, steps: number): Promise<void>;
  databaseBytes(): Promise<number>;
  add(what: string, value: string | number, target: string, metric?: string, number?: number): void;
};

const LONG_STEPS = 10_000;
const WAITING_RUNS = 2_000;
const STARTED_AT_ONCE = 50;
const READERS = 200;
const EVENTS_READ = 60;
const FAILOVERS = 3;
const GRAPH_STEPS = [100, 400, 1_600];

/** A run of 10,000 steps: what its last steps cost beside its early ones, and how long its executions' histories get. */
export async function measureLong(b: Bench): Promise<void> {
  const runId = await b.startRun(LONG_STEPS);
  await b.untilSteps(runId, LONG_STEPS);
  const early = await stepMs(b.pool, runId, 101, 200);
  const late = await stepMs(b.pool, runId, LONG_STEPS - 100, LONG_STEPS);
  const tokens = await conversationTokens(b.pool, runId);
  let events = 0;
  let bytes = 0;
  for await (const execution of b.client.workflow.list({ query: `WorkflowId = "${workflowIds.run(runId)}"` })) {
    const { historyLength, historySize } = await b.client.workflow.getHandle(execution.workflowId, execution.runId).describe();
    events = Math.max(events, historyLength);
    bytes = Math.max(bytes, historySize ?? 0);
  }
  b.add(`run of ${LONG_STEPS} steps: steps ${LONG_STEPS - 99}–${LONG_STEPS} ÷ steps 101–200`, (late / early).toFixed(2), '≤ 1.2', 'long_flatness', late / early);
  b.add('tokens of its conversation', Math.round(tokens).toLocaleString('en'), '> 200,000', 'long_tokens', tokens);
  b.add('longest history of its executions: events; MB', `${events}; ${(bytes / 2 ** 20).toFixed(2)}`, '≤ 4,000; ≤ 4', 'long_history_events', events);
}

/** Runs that wait for a person: what they hold of the worker's memory, and the time to decide all of them. */
export async function measureWaiting(b: Bench): Promise<void> {
  const before = (await b.worker.memory()).rss;
  for (let i = 0; i < WAITING_RUNS; i += STARTED_AT_ONCE) await Promise.all(Array.from({ length: STARTED_AT_ONCE }, () => b.startRun(10, WAITING_MODEL)));
  await untilRuns(b.pool, 'waiting_approval', WAITING_RUNS);
  const held = (await b.worker.memory()).rss;
  const decided = await approveAll(b.pool, b.apiUrl);
  const rest = await untilRuns(b.pool, 'completed', WAITING_RUNS);
  b.add(`${WAITING_RUNS} runs waiting for approval: resident memory of the worker, MB before → with them`, `${mb(before)} → ${mb(held)}`, '', 'waiting_rss_mb', held / 2 ** 20);
  b.add('time to decide all of them through the API, seconds; until all have ended', `${decided.toFixed(1)}; ${(decided + rest).toFixed(1)}`, '', 'waiting_decide_s', decided);
}

/** Many readers of one run's events: how old an event is when it reaches them. */
export async function measureReaders(b: Bench): Promise<void> {
  const runId = await b.startRun(2_000);
  await b.untilSteps(runId, 5);
  const reading = Array.from({ length: READERS }, () => readAges(b.apiUrl, runId, 10_000_000, EVENTS_READ));
  const ages = (await Promise.all(reading)).flat().sort((x, y) => x - y);
  await b.client.workflow.getHandle(workflowIds.run(runId)).terminate();
  const median = ages[Math.floor(ages.length / 2)]!;
  b.add(`${READERS} readers of a run's events: age on arrival, ms, median; 95 %`, `${median}; ${ages[Math.floor(ages.length * 0.95)]}`, '< 100', 'event_age_ms', median);
}

/** Two workers, one of them killed: how long until the other has carried the run a step on. */
export async function measureFailover(b: Bench): Promise<void> {
  const gaps: number[] = [];
  for (let i = 0; i < FAILOVERS; i++) {
    const doomed = await b.startWorker();
    const runId = await b.startRun(100_000);
    await b.untilSteps(runId, 20);
    await doomed.kill();
    const killed = performance.now();
    const at = await closedSteps(b.pool, runId);
    while ((await closedSteps(b.pool, runId)) <= at + 1) await sleep(20);
    gaps.push(performance.now() - killed);
    await b.client.workflow.getHandle(workflowIds.run(runId)).terminate();
  }
  gaps.sort((x, y) => x - y);
  b.add(`SIGKILL of one of two workers: seconds until the run's next step, ${FAILOVERS} times`, gaps.map((g) => (g / 1_000).toFixed(1)).join(', '), '', 'failover_s', gaps[Math.floor(FAILOVERS / 2)]! / 1_000);
}

/** LangGraph.js on the same Postgres in the same run, a model's message and a tool's message of the same size a step. */
export async function measureLangGraph(b: Bench): Promise<void> {
  const found = langgraphFolder();
  if ('missing' in found) return b.add('LangGraph.js beside it', found.missing, '');
  const graph = await graphCosts(found.folder, b.databaseUrl, GRAPH_STEPS);
  for (const g of graph) {
    const before = await b.databaseBytes();
    const runId = await b.startRun(g.steps);
    await b.untilSteps(runId, g.steps);
    const bytes = ((await b.databaseBytes()) - before) / g.steps;
    const ms = await stepMs(b.pool, runId, 1, g.steps);
    b.add(`${g.steps} steps: ms a step, LangGraph.js with PostgresSaver; Holdfast`, `${g.msPerStep.toFixed(0)}; ${ms.toFixed(0)}`, '', `graph_ms_${g.steps}`, g.msPerStep);
    b.add(`${g.steps} steps: KB a step in Postgres, LangGraph.js; Holdfast`, `${(g.bytesPerStep / 1_024).toFixed(0)}; ${(bytes / 1_024).toFixed(0)}`, '', `graph_kb_${g.steps}`, g.bytesPerStep / 1_024);
  }
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
