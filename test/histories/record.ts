import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probe } from '#agents/probe/activities/index';
import { readExecutions, withoutAddresses } from '../harness/history.js';
import { TestTemporal } from '../harness/temporal.js';
import { startTestServers } from '../setup/start-servers.js';
import { RECORDINGS } from './scenarios.js';

/**
 * Records the histories that `replay.spec.ts` replays, into the folder of a version: `node --import
 * ./test/setup/source-loader.mjs test/histories/record.ts v2`. A change of the workflow that old runs would not survive
 * needs Temporal's `patched`; then a new version is recorded beside the old ones, which stay. `--only NAME` records one path.
 */
const version = process.argv[2];
if (!version || !/^v\d+$/.test(version)) throw new Error('name the version to record, for instance v2');
const target = join(import.meta.dirname, version);
const existing = await readdir(target).catch(() => []);
if (existing.length && !process.argv.includes('--again')) throw new Error(`${target} is there already: a recorded version stays as it is (--again where it was never released)`);

const servers = await startTestServers();
const folder = await mkdtemp(join(tmpdir(), 'holdfast-record-'));
const temporal = await TestTemporal.start(folder, ['limit.historyCount.suggestContinueAsNew=110']);
// Only now: it takes the servers' addresses from the environment.
const { LoopStack } = await import('../harness/loop-stack.js');
const asking = { ...probe, contract: { ...probe.contract, name: 'asking', tools: probe.contract.tools.map((t) => (t.name === 'read_filler' ? { ...t, approval: {} } : t)) } };
const stubborn = { ...probe, contract: { ...probe.contract, name: 'stubborn', drift: { ...probe.contract.drift, cooldown: 0, maxEpisodes: 3, mayAsk: false } } };
const forgetful = { ...probe, contract: { ...probe.contract, name: 'forgetful', memory: { tools: false } } };
const stack = await LoopStack.start({ agents: new Map([probe, asking, stubborn, forgetful].map((a) => [a.contract.name, a])) }, temporal.address);
const usual = stack.script;
await mkdir(target, { recursive: true });
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
for (const { name, run } of RECORDINGS.filter((one) => only === undefined || one.name === only)) {
  stack.script = usual;
  const ref = await run(stack);
  await stack.handle(ref).result().catch(() => undefined);
  const executions = await readExecutions(stack.client, ref);
  for (const [i, { events }] of executions.entries()) {
    const file = join(target, executions.length === 1 ? `${name}.json` : `${name}-${i + 1}.json`);
    await writeFile(file, `${JSON.stringify({ events: withoutAddresses(events) })}\n`);
    console.log(`${file}: ${events.length} events`);
  }
}
await stack.stop();
await temporal.kill();
await rm(folder, { recursive: true, force: true });
await servers.stop();
process.exit(0);
