import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '#store';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { type Part, part, partEnv, startPart } from '../spine/processes.js';
import { startServers } from '../spine/servers.js';
import { between, cpuTimes } from './cpu-time.js';
import { allOf, type Asked, generate, percentile, type Taken } from './generator.js';

const COMMAND = 'npm run bench:load';
const options = parseMeasureOptions(COMMAND, [], {
  seconds: { usage: '--seconds N    how long the API is under load (default 30)' },
  rate: { usage: '--rate N       requests a second (default 200)' },
});
const seconds = whole('seconds', 30);
const rate = whole('rate', 200);
const MODEL = 'scripted';
/** Of twenty requests one starts a run and one says something to a run; the others read. */
const OF = 20;
/** Times the bare route's 99th percentile that the API's may be. */
const MOST = 10;
const WARM_SECONDS = 5;
/** Runs that have ended, to be read, and runs that wait, to be spoken to. */
const ENDED = 20;
const WAITING = 20;

const servers = await startServers();
const logs = `${servers.folder}/logs`;
await mkdir(logs, { recursive: true });
const started: Part[] = [];
const keep = (p: Part): Part => (started.push(p), p);
try {
  await migrate(servers.databaseUrl);
  const scripted = await startPart('scripted runtime', part('libs/models/src/scripted/main'), { args: ['--script', part('bench/soak/script'), '--models', MODEL], ready: /ready at/, log: `${logs}/scripted.log` });
  started.push(scripted);
  const env = partEnv(servers, scripted);
  keep(await startPart('worker', part('apps/worker/src/main'), { env, ready: /worker ready/, log: `${logs}/worker.log` }));
  const api = addressOf(keep(await startPart('API', part('apps/api/src/main'), { env, ready: /api ready on/, log: `${logs}/api.log` })));
  const bare = addressOf(keep(await startPart('bare NestJS', part('bench/load/bare'), { ready: /bare ready on/, log: `${logs}/bare.log` })));

  const ended = await startRuns(api, ENDED);
  await untilAll(api, ended, 'completed');
  await scripted.stop();
  // The runtime is gone: the gate finds that out with the first call, pauses, and the runs say what they wait for.
  const waiting = await startRuns(api, WAITING);
  await untilAll(api, waiting, 'waiting_runtime');

  const ask = mixOf([...ended, ...waiting], waiting);
  const askBare = (n: number): Asked => ({ ...ask(n), path: '/bare' });
  await generate(bare, rate, WARM_SECONDS, askBare);
  const before = await generate(bare, rate, seconds / 2, askBare);
  await generate(api, rate, WARM_SECONDS, ask);
  const cpuBefore = await cpuTimes(nameOfPart);
  const loaded = await generate(api, rate, seconds, ask);
  const cpu = between(cpuBefore, await cpuTimes(nameOfPart));
  const after = await generate(bare, rate, seconds / 2, askBare);
  await report(loaded, [before, after], cpu);
} finally {
  for (const p of started.reverse()) await p.stop();
  await servers.stop();
}
process.exit(0);

function mixOf(readable: string[], waiting: string[]): (n: number) => Asked {
  const reads = ['', '/steps', '/events', '/checkpoints', '/artifacts', '/approvals'];
  return (n) => {
    const round = Math.floor(n / OF);
    if (n % OF === 0) return { kind: 'start', method: 'POST', path: '/v1/runs', body: { agent: 'probe', model: MODEL, input: { steps: 3, bytes: 400 } } };
    if (n % OF === OF / 2) return { kind: 'message', method: 'POST', path: `/v1/runs/${waiting[round % waiting.length]!}/messages`, body: { text: 'Go on.' } };
    if (n % OF === 1) return { kind: 'read', method: 'GET', path: '/v1/runs?limit=20' };
    return { kind: 'read', method: 'GET', path: `/v1/runs/${readable[n % readable.length]!}${reads[n % reads.length]!}` };
  };
}

async function report(loaded: Taken, bare: Taken[], cpu: ReadonlyMap<string, number>): Promise<void> {
  const bareTimes = allOf(bare);
  const times = allOf([loaded]);
  const [p99, bareP99] = [percentile(times, 0.99), percentile(bareTimes, 0.99)];
  const rows: Row[] = [];
  const add = (what: string, of: readonly number[]): void => void rows.push({ requests: what, sent: of.length, 'median, ms': percentile(of, 0.5).toFixed(1), '99 %, ms': percentile(of, 0.99).toFixed(1), 'longest, ms': percentile(of, 1).toFixed(1) });
  add('bare NestJS route', bareTimes);
  add('all', times);
  for (const [kind, of] of [...loaded.byKind].sort()) add(kind, of);
  printTable(`${rate} requests a second for ${seconds} s, half of the bare route's before and half after`, rows);
  printTable('CPU time under load, of one core', [...cpu].filter(([, used]) => used / seconds > 0.005).sort((a, b) => b[1] - a[1]).map(([of, used]) => ({ part: of, '% of a core': ((used / seconds) * 100).toFixed(0) })));
  const errors = [...loaded.errors, ...bare.flatMap((b) => b.errors)];
  printTable('Targets', [
    { measured: 'errors', value: errors.length, target: 0 },
    { measured: '99 % ÷ bare', value: (p99 / bareP99).toFixed(1), target: `≤ ${MOST}` },
  ]);
  for (const [error, n] of tallied(errors)) console.log(`${n} × ${error}`);
  const metrics = { rate, seconds, errors: errors.length, p50_ms: percentile(times, 0.5), p99_ms: p99, bare_p50_ms: percentile(bareTimes, 0.5), bare_p99_ms: bareP99, p99_ratio: p99 / bareP99 };
  await writeJson(options.json, COMMAND, metrics, rows);
}

async function startRuns(api: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const res = await fetch(`${api}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ agent: 'probe', model: MODEL, input: { steps: 3, bytes: 400 } }) });
    if (!res.ok) throw new Error(`POST /v1/runs answered ${res.status}`);
    ids.push(((await res.json()) as { id: string }).id);
  }
  return ids;
}

async function untilAll(api: string, ids: readonly string[], status: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; await sleep(250)) {
    const found = await Promise.all(ids.map(async (id) => ((await (await fetch(`${api}/v1/runs/${id}`)).json()) as { status: string }).status));
    if (found.every((s) => s === status)) return;
    if (Date.now() > deadline) throw new Error(`runs are ${[...new Set(found)].join(', ')} and not ${status}`);
  }
}

/** A part of ours by its process, a server by its program. */
function nameOfPart(pid: number, command: string): string {
  if (pid === process.pid) return 'generator';
  return started.find((p) => p.pid === pid)?.name ?? command;
}

function addressOf(p: Part): string {
  return /http:\/\/[^\s"]+/.exec(p.readyLine)![0];
}

function tallied(errors: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1);
  return counts;
}

function whole(name: 'seconds' | 'rate', otherwise: number): number {
  const value = Number(options.more[name] ?? otherwise);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`${COMMAND}: --${name} takes a whole number above 0`);
  process.exit(2);
}
