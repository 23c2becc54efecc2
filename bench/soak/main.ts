import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '#store';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { type Part, part, partEnv, startPart } from '../spine/processes.js';
import { startServers } from '../spine/servers.js';
import { Load } from './load.js';

const COMMAND = 'npm run soak';
const MODEL = 'scripted';
const options = parseMeasureOptions(COMMAND, [], { minutes: { usage: '--minutes N    how long it runs (default 30)' } });
const minutes = Number(options.more['minutes'] ?? 30);
if (!(minutes > 0)) {
  console.error(`${COMMAND}: --minutes takes a number above 0`);
  process.exit(2);
}
/** Memory is flat where the last quarter's is within this of the second's: the first is warming up. */
const FLAT = 1.1;
const SAMPLES = 40;

const servers = await startServers();
const logs = `${servers.folder}/logs`;
await mkdir(logs, { recursive: true });
const started: Part[] = [];
const keep = (p: Part): Part => (started.push(p), p);
try {
  await migrate(servers.databaseUrl);
  const scripted = keep(await startPart('scripted runtime', part('libs/models/src/scripted/main'), { args: ['--script', part('bench/soak/script'), '--models', `${MODEL},slow`], ready: /ready at/, log: `${logs}/scripted.log` }));
  const env = partEnv(servers, scripted);
  const workers = [1, 2].map((n) => startPart(`worker ${n}`, part('apps/worker/src/main'), { env, ready: /worker ready/, log: `${logs}/worker-${n}.log` }));
  const api = keep(await startPart('API', part('apps/api/src/main'), { env, ready: /api ready on/, log: `${logs}/api.log` }));
  const parts = [api, ...(await Promise.all(workers)).map(keep)];
  const load = new Load(/http:\/\/[^\s"]+/.exec(api.readyLine)![0]);
  const memory = new Map<string, number[]>(parts.map((p) => [p.name, []]));
  const every = (minutes * 60_000) / SAMPLES;
  for (let n = 0; n < SAMPLES; n++) {
    await sleep(every);
    // The probe collects garbage first: what is left is held.
    for (const p of parts) memory.get(p.name)!.push((await p.memory()).rss / 2 ** 20);
    if ((n + 1) % 10 === 0) console.error(`• ${Math.round(((n + 1) * every) / 1_000)} s, ${JSON.stringify(load.tally.counts)}, ${load.tally.errors.length} errors`);
  }
  await load.stop();
  const { counts, errors } = load.tally;
  const rows: Row[] = [];
  const metrics: Record<string, number> = { minutes, errors: errors.length, ...Object.fromEntries(Object.entries(counts).map(([kind, n]) => [kind.replaceAll(' ', '_'), n])) };
  for (const [name, samples] of memory) {
    const quarter = (k: number): number => median(samples.slice((k * SAMPLES) / 4, ((k + 1) * SAMPLES) / 4));
    const growth = quarter(3) / quarter(1);
    rows.push({ part: name, 'second quarter, MB': quarter(1).toFixed(0), 'last quarter, MB': quarter(3).toFixed(0), growth: growth.toFixed(3), target: `≤ ${FLAT}` });
    metrics[`${name.replaceAll(' ', '_')}_growth`] = growth;
  }
  printTable(`Resident memory over ${minutes} minutes of mixed load`, rows);
  printTable('What was done', [...Object.entries(counts).map(([done, times]) => ({ done, times })), { done: 'errors (target 0)', times: errors.length }]);
  for (const [error, n] of tallied(errors)) console.log(`${n} × ${error}`);
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  for (const p of started.reverse()) await p.stop();
  await servers.stop();
}
process.exit(0);

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function tallied(errors: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1);
  return counts;
}
