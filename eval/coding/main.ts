import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { soleGate } from '#activities';
import { createCodingAgent } from '#agents/coding/activities/index';
import { codingContract } from '#agents/coding/contract';
import type { Sampling } from '#contracts';
import { createRuntime, type Runtime } from '#models';
import { startScriptedRuntime } from '#models/scripted';
import { loadStackConfig, RUNTIME_KINDS } from '#platform';
import { TOOLS_DIR } from '#platform/stack';
import { LoopStack } from '#test/harness/loop-stack';
import { startTestServers } from '#test/setup/start-servers';
import { createSandbox, findExecutables, type Sandbox, Workspaces } from '#workspace';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { KeptAnswers, revision } from '../model/kept.js';
import { type EvalRuntime, startEvalRuntime } from '../model/start-runtime.js';
import { type AttemptLimits, attemptWithHoldfast } from './attempt.js';
import { type Case, findCases, unpackRepository, visibleTestCommand } from './cases.js';
import goldScript, { goldModel } from './gold-script.js';
import { judgePatch, type Verdict } from './judge-patch.js';
import { attemptWithMini } from './mini/attempt.js';
import { miniGoldScript } from './mini/gold-script.js';
import { installMini } from './mini/install.js';

const CONTEXT_TOKENS = 32_768;
const SCRIPTED = 'scripted';
/** Of a real model; a script knows only one way. */
const SEEDS = 3;
const SHORT_CASES = 3;
/** With these the short form takes at most a quarter of an hour. */
const SHORT: AttemptLimits = { steps: 25, seconds: 120, answerTokens: 500 };
const LONG: AttemptLimits = { steps: codingContract.limits.maxSteps, seconds: 3_600, answerTokens: codingContract.sampling.maxTokens! };
const AGENTS = ['holdfast', 'mini'] as const;
const BOTH = 'both';
type Agent = (typeof AGENTS)[number];

const options = parseMeasureOptions('eval:coding: the coding agent on bugs of real repositories', [], {
  cases: { usage: '--cases DIR   folders with case.json, repo.tar.gz, gold.patch, hidden_tests.tar.gz (default: real-repo-bugs of the data folder)' },
  case: { usage: '--case ID     one case only' },
  runtime: { usage: `--runtime R   ${SCRIPTED} (knows each fix; the default), ${RUNTIME_KINDS.join(', ')}`, oneOf: [SCRIPTED, ...RUNTIME_KINDS] },
  url: { usage: '--url URL     address of the runtime (default: one is started)' },
  model: { usage: '--model M     model of the runtime (default: the one that is started)' },
  protocol: { usage: '--protocol P  how the model calls tools: native (the default) or text', oneOf: ['native', 'text'] },
  agent: { usage: '--agent A     holdfast, mini (mini-swe-agent), or both (the default)', oneOf: [...AGENTS, BOTH] },
  seeds: { usage: `--seeds N     seeds 1 to N of a real model (default: 1, with --full ${SEEDS})`, whole: true },
  steps: { usage: `--steps N     steps of an attempt at most (default: ${SHORT.steps}, with --full ${LONG.steps})`, whole: true },
  seconds: { usage: `--seconds N   seconds of an attempt at most (default: ${SHORT.seconds}, with --full ${LONG.seconds})`, whole: true },
  'answer-tokens': { usage: `--answer-tokens N  tokens of an answer at most (default: ${SHORT.answerTokens}, with --full ${LONG.answerTokens})`, whole: true },
});
const { runtime: kind = SCRIPTED, url } = options.more;
const scripted = kind === SCRIPTED;
const whole = (name: 'seeds' | 'steps' | 'seconds' | 'answer-tokens', otherwise: number): number => Number(options.more[name] ?? otherwise);
const bounds = scripted || options.full ? LONG : SHORT;
const limits: AttemptLimits = { steps: whole('steps', bounds.steps), seconds: whole('seconds', bounds.seconds), answerTokens: whole('answer-tokens', bounds.answerTokens) };
const seeds = scripted ? 1 : whole('seeds', options.full ? SEEDS : 1);
/** The real model's, once it is started. */
let real: EvalRuntime | null = null;
const wanted: readonly Agent[] = AGENTS.filter((agent) => [agent, BOTH].includes(options.more['agent'] ?? BOTH));
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
const samplingOf = (seed: number): Sampling => (scripted ? {} : { seed, ...(seeds > 1 ? { temperature: 0.7 } : {}) });
const modelOf = (one: Case): string => (scripted ? goldModel(join(one.folder, 'gold.patch')) : real!.model);

type Attempt = { verdict: Verdict; row: Row };
type Tell = (where: string) => void;
const counts = (c: { passed: number; failed: number } | null | undefined): string => (c ? `${c.passed}/${c.failed}` : '-');
const secondsSince = (started: number): number => Math.round((Date.now() - started) / 100) / 10;

async function attempt(stack: LoopStack, one: Case, seed: number, tell: Tell): Promise<Attempt> {
  const home = join(folder, `${one.id}-${seed}`);
  const repo = await unpackRepository(one, join(home, 'given'));
  const visible = visibleTestCommand(one, repo);
  const started = Date.now();
  const input = { repo, task: one.task, testCommand: visible, ...(options.more['protocol'] ? { protocol: options.more['protocol'] } : {}) };
  const { end, detail, steps, result } = await attemptWithHoldfast(stack, { input, model: modelOf(one), sampling: samplingOf(seed), limits }, tell);
  const seconds = secondsSince(started);
  if (detail) tell(detail);
  const verdict = await judgePatch(one, result?.patch ?? '', visible, join(home, 'judged'), plainSandbox, shim(one));
  return { verdict, row: { end, claimed: result?.status ?? '-', steps, before: counts(result?.before), after: counts(result?.after), seconds } };
}

/** The same case, model, sampling, limits and sandbox, by mini-swe-agent. It is told the test command too. */
async function attemptBeside(mini: Mini, one: Case, seed: number, tell: Tell): Promise<Attempt> {
  const home = join(folder, `${one.id}-${seed}-mini`);
  const repo = await unpackRepository(one, join(home, 'given'));
  const visible = visibleTestCommand(one, repo);
  const started = Date.now();
  const task = `${one.task}\n\nThe tests are run with: ${visible}`;
  const end = await attemptWithMini({ ...mini, folder: home, repo, task, limits, model: modelOf(one), sampling: { ...codingContract.sampling, ...samplingOf(seed) }, contextTokens: CONTEXT_TOKENS, sandbox: caseSandbox }, tell);
  const seconds = secondsSince(started);
  const verdict = await judgePatch(one, end.patch, visible, join(home, 'judged'), plainSandbox, shim(one));
  return { verdict, row: { end: end.exit, claimed: '-', steps: end.calls, before: '-', after: '-', seconds } };
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
  const by: Record<Agent, ((one: Case, seed: number, tell: Tell) => Promise<Attempt>) | null> = {
    holdfast: (one, seed, tell) => attempt(stack, one, seed, tell),
    mini: mini && ((one, seed, tell) => attemptBeside(mini, one, seed, tell)),
  };
  const agents = wanted.filter((agent) => by[agent]);
  const kept = new KeptAnswers<Attempt>(loadStackConfig(process.env).dataDir, 'coding', `${real?.model ?? SCRIPTED}-${options.more['protocol'] ?? 'native'}-${Object.values(limits).join('-')}-${seeds}-${revision()}`, options.full && !scripted);
  for (const one of cases()) {
    for (const seed of Array.from({ length: seeds }, (_, i) => i + 1)) {
      for (const agent of agents) {
        const name = `${one.id}, seed ${seed}, ${agent}`;
        const { verdict, row } = await kept.once(name, () => by[agent]!(one, seed, (where) => console.error(`  ${name}: ${where}`)));
        rows.push({ case: one.id, seed, agent, verdict, ...row });
        console.error(`• ${name}: ${verdict} (${row['end']}, ${row['steps']} steps, ${row['seconds']} s)`);
        // A long measurement that is cut off leaves what it has.
        await report(rows, agents);
      }
    }
  }
  printTable(`Coding agent, ${kind}${real ? ` ${real.model}` : ''}, at most ${limits.steps} steps and ${limits.seconds} s an attempt, ${limits.answerTokens} tokens an answer (tests passed/failed before and after, as the agent saw them)`, rows);
  for (const agent of agents) console.log(`\n${agent}: ${listed(countsOf(rows, agent))}, of ${rows.filter((r) => r['agent'] === agent).length}; ended by ${listed(endsOf(rows, agent))}`);
}

const VERDICTS: Verdict[] = ['resolved', 'wrong logic', 'no submission', 'broke others'];
const listed = (counted: Record<string, number>): string => Object.entries(counted).map(([what, n]) => `${what} ${n}`).join(', ');
const countsOf = (rows: Row[], agent: Agent): Record<string, number> => Object.fromEntries(VERDICTS.map((what) => [what, rows.filter((r) => r['agent'] === agent && r['verdict'] === what).length]));

function endsOf(rows: Row[], agent: Agent): Record<string, number> {
  const ends = rows.filter((r) => r['agent'] === agent).map((r) => String(r['end']));
  return Object.fromEntries([...new Set(ends)].map((end) => [end, ends.filter((e) => e === end).length]));
}

async function report(rows: Row[], agents: Agent[]): Promise<void> {
  const metrics = agents.flatMap((agent) => Object.entries(countsOf(rows, agent)).map(([what, n]) => [`${agent === 'holdfast' ? '' : 'mini_'}${what.replace(' ', '_')}`, n]));
  await writeJson(options.json, 'eval:coding', Object.fromEntries(metrics) as Record<string, number>, rows);
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
