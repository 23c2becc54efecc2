import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT, metaCommandSchema, type WorldBatch, worldBatchSchema, type WorldChange, type WorldChangeInput } from '#contracts';
import { answerCommand, changeWorld, createPool, forgetSnapshots, forgetStates, insertWorld, loadWorld, type Pool, readWorldEvents, redoTurn, undoTurn, withTx } from '#store';
import { CAMPAIGN_RULES, fold, WorldState } from '#world';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { startOwnPostgres } from './postgres.js';

const COMMAND = 'npm run bench:world';
const options = parseMeasureOptions(COMMAND, [], { events: { usage: '--events N     events applied (default 100000)' } });
const EVENTS = Number(options.more['events'] ?? 100_000);
const A_TURN = 5;
const PLACES = 500;
const PEOPLE = 4_500;
const THINGS = 5_000;
const READS = options.full ? 1_000 : 200;
const COMMANDS = 20;

/** The same numbers in every run, so that runs can be compared. */
function* numbers(seed: number): Generator<number, never> {
  for (let x = seed; ; ) yield (x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0);
}
const random = numbers(7);
const below = (n: number): number => Math.floor((random.next().value / 2 ** 32) * n);

const made: WorldChangeInput[] = [
  ...Array.from({ length: PLACES }, (_, i): WorldChangeInput => ({ kind: 'created', entity: { id: `place-${i}`, type: 'location', name: `place ${i}`, attrs: { text: `A place where little happens, number ${i}.` } } })),
  ...Array.from({ length: PEOPLE }, (_, i): WorldChangeInput => ({ kind: 'created', entity: { id: `person-${i}`, type: 'character', name: `Person ${i}`, in: `place-${i % PLACES}`, attrs: { alive: true, gold: 1_000, hp: 10 } } })),
  ...Array.from({ length: THINGS }, (_, i): WorldChangeInput => ({ kind: 'created', entity: { id: `thing-${i}`, type: 'item', name: `thing ${i}`, in: `person-${i % PEOPLE}`, attrs: { count: 1 } } })),
];

function event(): WorldChange {
  const person = `person-${below(PEOPLE)}`;
  const other = `person-${below(PEOPLE)}`;
  switch (below(4)) {
    case 0: return { kind: 'moved', id: person, to: `place-${below(PLACES)}`, cause: 'travels' };
    case 1: return { kind: 'moved', id: `thing-${below(THINGS)}`, to: person, cause: 'given' };
    case 2: return { kind: 'amount', id: person, attr: 'hp', by: 1, cause: 'rests' };
    default: return person === other ? { kind: 'noted', about: [person], text: 'waits' } : { kind: 'related', relation: 'owes', from: person, to: other, by: 1 + below(9), cause: 'a loan' };
  }
}

const quantile = (values: number[], q: number): number => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? 0;

async function readings(pool: Pool, worldId: string, versions: number[], prepare: () => void, use: (state: WorldState) => unknown = () => undefined): Promise<number[]> {
  const times: number[] = [];
  for (const version of versions) {
    prepare();
    const start = performance.now();
    use(await loadWorld(pool, { tenantId: LOCAL_TENANT, worldId }, version));
    times.push(performance.now() - start);
  }
  return times;
}

const postgres = await startOwnPostgres(true);
const pool = createPool(postgres.url, { name: 'holdfast-bench' });
try {
  const ref = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...ref, name: 'bench', rules: CAMPAIGN_RULES }));
  await changeWorld(pool, ref, worldBatchSchema.parse({ changes: made }));
  console.error(`• ${EVENTS} events in turns of ${A_TURN}, in a world of ${made.length} entities`);
  const began = performance.now();
  for (let n = 0; n < EVENTS; n += A_TURN) {
    const batch: WorldBatch = { turnId: uuidv7(), changes: Array.from({ length: A_TURN }, event) };
    await changeWorld(pool, ref, batch);
    if ((n + A_TURN) % 20_000 === 0) console.error(`• ${n + A_TURN} events, ${Math.round((performance.now() - began) / 1_000)} s`);
  }
  const seconds = (performance.now() - began) / 1_000;

  const versions = Array.from({ length: READS }, () => made.length + below(EVENTS));
  const cold = await readings(pool, ref.worldId, versions, () => (forgetStates(), forgetSnapshots()));
  const whole = await readings(pool, ref.worldId, versions, () => (forgetStates(), forgetSnapshots()), (state) => [...state].length);
  const warm = await readings(pool, ref.worldId, versions, forgetStates);
  const held = await readings(pool, ref.worldId, [...versions.slice(0, 100), ...versions.slice(0, 100)], () => undefined);

  const commands: Row[] = [];
  const slowest: number[] = [];
  for (const command of metaCommandSchema.options) {
    const times: number[] = [];
    for (let n = 0; n < COMMANDS; n++) {
      // Every other time as the first command that a process is asked.
      if (n % 2) {
        forgetStates();
        forgetSnapshots();
      }
      const start = performance.now();
      await answerCommand(pool, ref, command, { actor: `person-${below(PEOPLE)}`, about: `person-${below(PEOPLE)}` });
      times.push(performance.now() - start);
    }
    slowest.push(Math.max(...times));
    commands.push({ command, asked: times.length, 'median ms': quantile(times, 0.5).toFixed(1), '95 % ms': quantile(times, 0.95).toFixed(1), 'worst ms': Math.max(...times).toFixed(1) });
  }
  const undoing = performance.now();
  await undoTurn(pool, ref);
  const undoMs = performance.now() - undoing;
  await redoTurn(pool, ref);
  commands.push({ command: 'undo', asked: 1, 'median ms': undoMs.toFixed(1), '95 % ms': undoMs.toFixed(1), 'worst ms': undoMs.toFixed(1) });
  slowest.push(undoMs);

  const head = await loadWorld(pool, ref);
  const events = await withTx(pool, LOCAL_TENANT, (tx) => readWorldEvents(tx, ref, { after: 0, upTo: head.version }));
  const folding = performance.now();
  const replayed = fold(WorldState.empty, events.filter((e) => e.change.kind !== 'restored').map((e) => e.change));
  const foldMs = performance.now() - folding;
  if (replayed.bytes() !== head.bytes()) throw new Error('the log does not replay to the state');
  const { rows: sizes } = await pool.query<{ log: number; snapshots: number }>(`select pg_total_relation_size('world_events') as log, pg_total_relation_size('world_chunks') + pg_total_relation_size('world_snapshots') as snapshots`);

  const rows: Row[] = [
    ['state, nothing in memory', cold],
    ['state and every entity of it, nothing in memory', whole],
    ['state, chunks in memory', warm],
    ['state, held', held.slice(100)],
  ].map(([what, times]) => ({ what: what as string, reads: (times as number[]).length, 'median ms': quantile(times as number[], 0.5).toFixed(1), '95 % ms': quantile(times as number[], 0.95).toFixed(1), 'worst ms': Math.max(...(times as number[])).toFixed(1) }));
  printTable(`State of a world of ${made.length} entities at any of ${EVENTS} versions`, rows);
  const metrics = { entities: made.length, events: EVENTS, apply_seconds: seconds, events_per_second: EVENTS / seconds, cold_median_ms: quantile(cold, 0.5), cold_p95_ms: quantile(cold, 0.95), cold_max_ms: Math.max(...cold), whole_median_ms: quantile(whole, 0.5), whole_p95_ms: quantile(whole, 0.95), whole_max_ms: Math.max(...whole), command_worst_ms: Math.max(...slowest), warm_median_ms: quantile(warm, 0.5), warm_p95_ms: quantile(warm, 0.95), replay_ms: foldMs, log_bytes: sizes[0]!.log, snapshot_bytes: sizes[0]!.snapshots };
  printTable('Commands of players, in that world; half of them with nothing in memory', commands);
  printTable('Events', [{ applied: EVENTS, 'in turns of': A_TURN, 'events a second': Math.round(metrics.events_per_second), 'replay of all, ms': Math.round(foldMs), 'log MB': Math.round(metrics.log_bytes / 1e6), 'snapshots MB': Math.round(metrics.snapshot_bytes / 1e6) }]);
  await writeJson(options.json, COMMAND, metrics, rows);
} finally {
  await pool.end();
  await postgres.stop();
}
