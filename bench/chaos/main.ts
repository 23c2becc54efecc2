import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '#platform';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../options.js';
import { runOnSmallDisk, smallDisk } from './disk.js';
import { wreak } from './faults.js';
import { Parts } from './parts.js';
import { Runs } from './runs.js';
import { judge } from './verdict.js';

const COMMAND = 'npm run chaos';
const options = parseMeasureOptions(COMMAND, [], {
  kills: { usage: '--kills N      how many processes are killed (default 20; with --full 300)' },
  runs: { usage: '--runs N       runs kept going at once (default 20)' },
  server: { usage: '--server S     Temporal: dev (the dev server on SQLite, default) or postgres (the production server on Postgres)' },
  seed: { usage: '--seed N       repeats the same faults (default: drawn)' },
});
const kills = Number(options.more['kills'] ?? (options.full ? 300 : 20));
const count = Number(options.more['runs'] ?? 20);
const seed = Number(options.more['seed'] ?? Date.now() % 1_000_000);
if (![kills, count, seed].every((n) => Number.isInteger(n) && n >= 0)) {
  console.error(`${COMMAND}: --kills, --runs and --seed take whole numbers`);
  process.exit(2);
}
runOnSmallDisk();

// What the tools write stands on a disk that is not filled: it is the witness.
const witness = await mkdtemp(join(tmpdir(), 'holdfast-effects-'));
const disk = smallDisk();
if (disk) process.env['TMPDIR'] = disk;
else console.error('• no small disk can be mounted here: the disk is not filled');
const { Stack } = await import('#test/harness/stack');
console.error(`• ${kills} kills over ${count} runs at once, seed ${seed}`);
const stack = await Stack.start({ temporal: options.more['server'] === 'postgres' ? 'postgres' : 'dev' });
await stack.api.start();
const parts = new Parts(stack);
const runs = new Runs(stack, witness, count);
const faults = await wreak(stack, parts, kills, disk, chance(seed), (done) => {
  if (done % 10 === 0) console.error(`• ${done} of ${kills} killed, ${runs.all.length} runs started`);
});
await parts.untilAllRun();
await runs.finish();
const v = await judge(stack.pool, stack.client, runs.all);
const rows: Row[] = [
  { counted: `runs finished, of ${v.started} started`, value: v.finished, target: v.started },
  { counted: 'steps lost', value: v.stepsLost, target: 0 },
  { counted: 'steps doubled', value: v.stepsDoubled, target: 0 },
  { counted: 'effects lost', value: v.effectsLost, target: 0 },
  { counted: 'effects doubled', value: v.effectsDoubled, target: 0 },
  { counted: 'event readers that missed, repeated or misordered one', value: v.eventsWrong, target: 0 },
  { counted: 'rows and executions that do not agree on what runs', value: v.orphans, target: 0 },
  { counted: 'anything else amiss in the rows', value: v.findings.length, target: 0 },
];
printTable(`Faults (seed ${seed})`, [...Object.entries(faults).map(([fault, times]) => ({ fault, times })), { fault: 'parts that then ended by themselves', times: parts.endedByThemselves }]);
printTable('What was left', rows);
console.log(`\n${v.absorbed} effects were delivered again with the same key, and so made once.`);
for (const finding of v.findings.slice(0, 20)) console.log(finding);
const { started, findings, ...numbers } = v;
await writeJson(options.json, COMMAND, { ...numbers, started, findings: findings.length, kills }, rows);
await parts.stop();
await stack.stop();
await rm(witness, { recursive: true, force: true });
process.exit(0);

/** A number between two others, the same ones for the same seed. */
function chance(start: number): (from: number, to: number) => number {
  const random = seededRandom(start);
  return (from, to) => from + random() * (to - from);
}
