import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { soleGate } from '#activities';
import { createCodingAgent } from '#agents/coding/activities/index';
import { createRuntime } from '#models';
import { RUNTIME_KINDS, type RuntimeKind } from '#platform';
import { TOOLS_DIR } from '#platform/stack';
import { readRunRecord, withTx } from '#store';
import { LoopStack } from '#test/harness/loop-stack';
import { until } from '#test/harness/until';
import { startTestServers } from '#test/setup/start-servers';
import { createSandbox, findExecutables, Workspaces } from '#workspace';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { type Case, findCases, unpackRepository, visibleTestCommand } from './cases.js';
import goldScript, { goldModel } from './gold-script.js';
import { judgePatch, type Verdict } from './judge-patch.js';
import { finished, type Finished, writeCodingRun } from './run-case.js';

const CONTEXT_TOKENS = 32_768;
const SCRIPTED = 'scripted';
/** Seeds of a real model; a script knows only one way. */
const SEEDS = [1, 2, 3];
const SHORT_CASES = 3;
const SHORT_STEPS = 25;

const options = parseMeasureOptions('eval:coding: the coding agent on bugs of real repositories', [], {
  cases: { usage: '--cases DIR   folders with case.json, repo.tar.gz, gold.patch, hidden_tests.tar.gz (default: real-repo-bugs of the data folder)' },
  case: { usage: '--case ID     one case only' },
  runtime: { usage: `--runtime R   ${SCRIPTED} (knows each fix; the default), ${RUNTIME_KINDS.join(', ')}` },
  url: { usage: '--url URL     address of the runtime' },
  model: { usage: '--model M     model of the runtime' },
  protocol: { usage: '--protocol P  native or text' },
});
const { runtime: kind = SCRIPTED, url, model } = options.more;
const scripted = kind === SCRIPTED;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-coding-'));
chmodSync(folder, 0o755);

function cases(): Case[] {
  const data = options.more['cases'] ?? (options.data && existsSync(join(options.data, 'real-repo-bugs')) ? join(options.data, 'real-repo-bugs') : join(import.meta.dirname, 'fixtures'));
  const all = findCases(data).filter((c) => !options.more['case'] || c.id === options.more['case']);
  if (all.length === 0) throw new Error(`there are no cases in ${data}`);
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

async function attempt(stack: LoopStack, one: Case, seed: number): Promise<{ verdict: Verdict; run: Finished; seconds: number }> {
  const home = join(folder, `${one.id}-${seed}`);
  const repo = await unpackRepository(one, join(home, 'given'));
  const visible = visibleTestCommand(one, repo);
  const started = Date.now();
  const ref = await writeCodingRun(stack.pool, {
    input: { repo, task: one.task, testCommand: visible, ...(options.more['protocol'] ? { protocol: options.more['protocol'] } : {}) },
    model: scripted ? goldModel(join(one.folder, 'gold.patch')) : model!,
    ...(scripted ? {} : { sampling: { seed }, ...(options.full ? {} : { maxSteps: SHORT_STEPS }) }),
  });
  await stack.startExecution(ref);
  const run = await until(`the end of ${one.id}`, async () => {
    const row = await stack.run(ref);
    const record = await withTx(stack.pool, ref.tenantId, (tx) => readRunRecord(tx, ref));
    return finished(row, record?.result) ?? Promise.reject(new Error(`status ${row.status}, step ${row.head_step}`));
  }, 3_600_000, 250);
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  const verdict = await judgePatch(one, run.result?.patch ?? '', visible, join(home, 'judged'), plainSandbox, shim(one));
  return { verdict, run, seconds };
}

async function measure(stack: LoopStack): Promise<void> {
  const rows: Row[] = [];
  const counts: Record<string, number> = { resolved: 0, 'wrong logic': 0, 'no submission': 0, 'broke others': 0 };
  for (const one of cases()) {
    for (const seed of scripted || !options.full ? [1] : SEEDS) {
      const { verdict, run, seconds } = await attempt(stack, one, seed);
      counts[verdict]!++;
      const r = run.result;
      rows.push({ case: one.id, seed, verdict, run: run.reason ?? run.status, claimed: r?.status ?? '-', steps: run.steps, before: r?.before ? `${r.before.passed}/${r.before.failed}` : '-', after: r?.after ? `${r.after.passed}/${r.after.failed}` : '-', seconds });
      console.error(`• ${one.id}: ${verdict}`);
    }
  }
  printTable(`Coding agent, ${kind}${model ? ` ${model}` : ''} (tests passed/failed before and after, as the agent saw them)`, rows);
  console.log(`\n${Object.entries(counts).map(([what, n]) => `${what}: ${n}`).join(', ')}, of ${rows.length}`);
  await writeJson(options.json, 'eval:coding', Object.fromEntries(Object.entries(counts).map(([what, n]) => [what.replace(' ', '_'), n])), rows);
}

const servers = await startTestServers();
try {
  // Each case's own files are shown in the sandbox under the same names as beside its data.
  const files = Object.assign({}, ...cases().map(shim)) as Record<string, string>;
  const sandbox = { run: (command: Parameters<typeof plainSandbox.run>[0]) => plainSandbox.run({ ...command, files: { ...files, ...command.files } }) };
  const agent = createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), sandbox });
  if (!scripted && (!url || !model)) throw new Error('a real runtime needs --url and --model');
  const runtime = scripted ? null : createRuntime({ kind: kind as RuntimeKind, url: url!, model: model!, embedModel: '' });
  const stack = await LoopStack.start({ agents: new Map([['coding', agent]]), contextTokens: CONTEXT_TOKENS, ...(runtime ? { runtime, model: model!, gate: soleGate(runtime, model!) } : {}) });
  stack.script = goldScript as LoopStack['script'];
  try {
    await measure(stack);
  } finally {
    await stack.stop();
  }
} finally {
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
}
