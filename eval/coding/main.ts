import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { soleGate } from '#activities';
import { createCodingAgent } from '#agents/coding/activities/index';
import { codingContract } from '#agents/coding/contract';
import { createRuntime, type Runtime } from '#models';
import { startScriptedRuntime } from '#models/scripted';
import { RUNTIME_KINDS } from '#platform';
import { TOOLS_DIR } from '#platform/stack';
import { readRunRecord, withTx } from '#store';
import { LoopStack } from '#test/harness/loop-stack';
import { until } from '#test/harness/until';
import { startTestServers } from '#test/setup/start-servers';
import { createSandbox, findExecutables, type Sandbox, Workspaces } from '#workspace';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { type Case, findCases, unpackRepository, visibleTestCommand } from './cases.js';
import goldScript, { goldModel } from './gold-script.js';
import { type EvalRuntime, startEvalRuntime } from '../model/start-runtime.js';
import { judgePatch, type Verdict } from './judge-patch.js';
import { attemptWithMini } from './mini/attempt.js';
import { miniGoldScript } from './mini/gold-script.js';
import { installMini } from './mini/install.js';
import { finished, writeCodingRun } from './run-case.js';

const CONTEXT_TOKENS = 32_768;
const SCRIPTED = 'scripted';
/** Seeds of a real model; a script knows only one way. */
const SEEDS = [1, 2, 3];
const SHORT_CASES = 3;
const SHORT_STEPS = 25;
const AGENTS = ['holdfast', 'mini'] as const;
type Agent = (typeof AGENTS)[number];

const options = parseMeasureOptions('eval:coding: the coding agent on bugs of real repositories', [], {
  cases: { usage: '--cases DIR   folders with case.json, repo.tar.gz, gold.patch, hidden_tests.tar.gz (default: real-repo-bugs of the data folder)' },
  case: { usage: '--case ID     one case only' },
  runtime: { usage: `--runtime R   ${SCRIPTED} (knows each fix; the default), ${RUNTIME_KINDS.join(', ')}` },
  url: { usage: '--url URL     address of the runtime (default: one is started)' },
  model: { usage: '--model M     model of the runtime (default: the one that is started)' },
  protocol: { usage: '--protocol P  native or text' },
  agent: { usage: '--agent A     holdfast, mini (mini-swe-agent), or both (the default)' },
  seeds: { usage: '--seeds N     seeds 1 to N of a real model (default: 1, with --full 3)' },
});
const { runtime: kind = SCRIPTED, url } = options.more;
const scripted = kind === SCRIPTED;
/** The real model's, once it is started. */
let real: EvalRuntime | null = null;
const wanted: readonly string[] = (options.more['agent'] ?? 'both') === 'both' ? AGENTS : [options.more['agent']!];
const folder = mkdtempSync(join(tmpdir(), 'holdfast-coding-'));
chmodSync(folder, 0o755);

function cases(): Case[] {
  const data = options.more['cases'] ?? (options.data && existsSync(join(options.data, 'real-repo-bugs')) ? join(options.data, 'real-repo-bugs') : join(import.meta.dirname, 'fixtures'));
  const all = findCases(data).filter((c) => !options.more['case'] || c.id === options.more['case']);
  if (all.length === 0) throw new Error(options.more['case'] ? `there is no case ${options.more['case']} in ${data}; there are ${findCases(data).map((c) => c.id).join(', ')}` : `there are no cases in ${data}`);
  return scripted || options.full ? all : all.slice(0, SHORT_CASES);
}

/** The Python that runs tests here, with what is installed for it. */
function python(): string[] {
  try {
    const prefix = execFileSync('python3', ['-c', 'import sys; print(sys.prefix)'], { encoding: 'utf8' }).trim();
    return prefix.startsWith('/usr') ? [] : [prefix];
  } catch {
    return [];
  }
}

const node = dirname(dirname(process.execPath));
const readOnly = [node, ...python()];
const shim = (one: Case): Record<string, string> => {
  const file = join(dirname(one.folder), 'mocha-shim.mjs');
  return existsSync(file) ? { [file]: '/mocha-shim.mjs' } : {};
};
const plainSandbox = createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly, path: readOnly.map((f) => join(f, 'bin')) });

/** Without heat the seeds of one model would all give the same. */
const samplingOf = (seed: number) => ({ seed, ...(seeds().length > 1 ? { temperature: 0.7 } : {}) });

type Attempt = { verdict: Verdict; row: Row };

async function attempt(stack: LoopStack, one: Case, seed: number): Promise<Attempt> {
  const home = join(folder, `${one.id}-${seed}`);
  const repo = await unpackRepository(one, join(home, 'given'));
  const visible = visibleTestCommand(one, repo);
  const started = Date.now();
  const ref = await writeCodingRun(stack.pool, {
    input: { repo, task: one.task, testCommand: visible, ...(options.more['protocol'] ? { protocol: options.more['protocol'] } : {}) },
    model: scripted ? goldModel(join(one.folder, 'gold.patch')) : real!.model,
    ...(scripted ? {} : { sampling: samplingOf(seed), ...(options.full ? {} : { maxSteps: SHORT_STEPS }) }),
  });
  await stack.startExecution(ref);
  const run = await until(`the end of ${one.id}`, async () => {
    const row = await stack.run(ref);
    const record = await withTx(stack.pool, ref.tenantId, (tx) => readRunRecord(tx, ref));
    return finished(row, record?.result) ?? Promise.reject(new Error(`status ${row.status}, step ${row.head_step}`));
  }, 3_600_000, 250);
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  const verdict = await judgePatch(one, run.result?.patch ?? '', visible, join(home, 'judged'), plainSandbox, shim(one));
  const r = run.result;
  const counts = (c: { passed: number; failed: number } | null | undefined): string => (c ? `${c.passed}/${c.failed}` : '-');
  return { verdict, row: { run: run.reason ?? run.status, claimed: r?.status ?? '-', steps: run.steps, before: counts(r?.before), after: counts(r?.after), seconds } };
}

/** The same case, model, sampling, steps and sandbox, by mini-swe-agent. It is told the test command too. */
async function attemptBeside(mini: Mini, one: Case, seed: number): Promise<Attempt> {
  const home = join(folder, `${one.id}-${seed}-mini`);
  const repo = await unpackRepository(one, join(home, 'given'));
  const visible = visibleTestCommand(one, repo);
  const started = Date.now();
  const end = await attemptWithMini({
    ...mini, folder: home, repo, task: `${one.task}\n\nThe tests are run with: ${visible}`, maxSteps: scripted || options.full ? codingContract.limits.maxSteps : SHORT_STEPS,
    model: scripted ? goldModel(join(one.folder, 'gold.patch')) : real!.model, sampling: { ...codingContract.sampling, ...(scripted ? {} : samplingOf(seed)) }, contextTokens: CONTEXT_TOKENS, sandbox: caseSandbox,
  });
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  const verdict = await judgePatch(one, end.patch, visible, join(home, 'judged'), plainSandbox, shim(one));
  return { verdict, row: { run: end.exit, claimed: '-', steps: end.calls, before: '-', after: '-', seconds } };
}

type Mini = { python: string; packages: string; runtime: Runtime };

/** Null, with the reason said, where mini-swe-agent is not wanted or cannot be had. */
async function prepareMini(runtime: Runtime): Promise<Mini | null> {
  if (!wanted.includes('mini')) return null;
  try {
    return { python: 'python3', packages: await installMini('python3'), runtime };
  } catch (error) {
    if (options.more['agent'] === 'mini') throw error;
    console.error(`mini-swe-agent is left out: it could not be fetched (${(error as Error).message.split('\n')[0]})`);
    return null;
  }
}

async function measure(stack: LoopStack, mini: Mini | null): Promise<void> {
  const rows: Row[] = [];
  const agents: { agent: Agent; attempt: (one: Case, seed: number) => Promise<Attempt> }[] = [
    ...(wanted.includes('holdfast') ? [{ agent: 'holdfast' as const, attempt: (one: Case, seed: number) => attempt(stack, one, seed) }] : []),
    ...(mini ? [{ agent: 'mini' as const, attempt: (one: Case, seed: number) => attemptBeside(mini, one, seed) }] : []),
  ];
  for (const one of cases()) {
    for (const seed of seeds()) {
      for (const { agent, attempt } of agents) {
        const { verdict, row } = await attempt(one, seed);
        rows.push({ case: one.id, seed, agent, verdict, ...row });
        console.error(`• ${one.id}, seed ${seed}, ${agent}: ${verdict}`);
        // A long measurement that is cut off leaves what it has.
        await report(rows, agents.map((a) => a.agent));
      }
    }
  }
  printTable(`Coding agent, ${kind}${real ? ` ${real.model}` : ''} (tests passed/failed before and after, as the agent saw them)`, rows);
  for (const { agent } of agents) console.log(`\n${agent}: ${Object.entries(countsOf(rows, agent)).map(([what, n]) => `${what} ${n}`).join(', ')}, of ${rows.filter((r) => r['agent'] === agent).length}`);
}

const VERDICTS: Verdict[] = ['resolved', 'wrong logic', 'no submission', 'broke others'];
const countsOf = (rows: Row[], agent: Agent): Record<string, number> => Object.fromEntries(VERDICTS.map((what) => [what, rows.filter((r) => r['agent'] === agent && r['verdict'] === what).length]));

async function report(rows: Row[], agents: Agent[]): Promise<void> {
  const metrics = agents.flatMap((agent) => Object.entries(countsOf(rows, agent)).map(([what, n]) => [`${agent === 'holdfast' ? '' : 'mini_'}${what.replace(' ', '_')}`, n]));
  await writeJson(options.json, 'eval:coding', Object.fromEntries(metrics) as Record<string, number>, rows);
}

function seeds(): number[] {
  if (scripted) return [1];
  return options.more['seeds'] ? Array.from({ length: Number(options.more['seeds']) }, (_, i) => i + 1) : options.full ? SEEDS : [1];
}

// Each case's own files are shown in the sandbox under the same names as beside its data.
const files = Object.assign({}, ...cases().map(shim)) as Record<string, string>;
const caseSandbox: Sandbox = { run: (command) => plainSandbox.run({ ...command, files: { ...files, ...command.files } }) };

const servers = await startTestServers();
try {
  const agent = createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), sandbox: caseSandbox, setupHosts: [] });
  real = scripted ? null : await startEvalRuntime({ runtime: kind, url, model: options.more['model'] });
  const stack = await LoopStack.start({ agents: new Map([['coding', agent]]), contextTokens: CONTEXT_TOKENS, ...(real ? { runtime: real.runtime, model: real.model, gate: soleGate(real.runtime, real.model, 1) } : {}) }, undefined, real ? { HOLDFAST_RUNTIME: real.kind, HOLDFAST_RUNTIME_URL: real.url, HOLDFAST_MODEL: real.model, HOLDFAST_MODEL_SLOTS: '1' } : {});
  stack.script = goldScript as LoopStack['script'];
  const other = scripted ? await startScriptedRuntime({ script: miniGoldScript }) : null;
  try {
    await measure(stack, await prepareMini(real?.runtime ?? createRuntime({ kind: 'ollama', url: other!.url, model: '', embedModel: '' })));
  } finally {
    await other?.stop();
    await stack.stop();
  }
} finally {
  await real?.stop();
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
}
