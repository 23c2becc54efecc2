import { soleGate } from '#activities';
import { loadStackConfig, type RuntimeKind, RUNTIME_KINDS } from '#platform';
import { LoopStack } from '#test/harness/loop-stack';
import { startTestServers } from '#test/setup/start-servers';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { KeptAnswers, revision } from '../model/kept.js';
import { startEvalRuntime } from '../model/start-runtime.js';
import { KINDS, ladderAgents } from './agents.js';
import { ARMS } from './arms.js';
import { type Outcome, runTask } from './run-task.js';
import { mcnemar, type Pair, rates } from './statistics.js';
import { ladderTasks, type Task } from './tasks.js';

const COMMAND = 'npm run eval:ladder';
const CONTEXT_TOKENS = 2_048;
const SEEDS = [1, 2, 3];
const TASKS = 2;
const FULL_TASKS = 6;

const options = parseMeasureOptions(COMMAND, [...KINDS], {
  runtime: { usage: `--runtime R   ${RUNTIME_KINDS.join(', ')} (default: embedded, which is started where no --url is given)` },
  url: { usage: '--url URL     address of the runtime' },
  model: { usage: '--model M     model of the runtime (default: gemma3:270m)' },
  arms: { usage: `--arms A,B    of ${Object.keys(ARMS).join(', ')} (default: all); none is what the others are compared with` },
  tasks: { usage: `--tasks N     tasks of each kind (default: ${TASKS}; ${FULL_TASKS} with --full)` },
  seeds: { usage: `--seeds N     runs of each task (default: ${SEEDS.length})` },
});
const kind = (options.more['runtime'] ?? 'embedded') as RuntimeKind;
const model = options.more['model'] ?? 'gemma3:270m';
const arms = (options.more['arms'] ?? Object.keys(ARMS).join()).split(',');
const missing = arms.find((arm) => !ARMS[arm]);
if (missing !== undefined || !RUNTIME_KINDS.includes(kind)) {
  console.error(`${COMMAND}: there is no ${missing === undefined ? `runtime ${kind}` : `arm ${missing}`}`);
  process.exit(2);
}
const seeds = Array.from({ length: Number(options.more['seeds'] ?? SEEDS.length) }, (_, i) => i + 1);
const kept = new KeptAnswers<Outcome>(loadStackConfig(process.env).dataDir, 'ladder', `${model}-${revision()}`, options.full);

type Done = Record<string, Outcome>;
const keyOf = (task: Task, seed: number): string => `${task.name}, seed ${seed}`;

async function measure(stack: LoopStack, tasks: Task[]): Promise<Record<string, Done>> {
  const results: Record<string, Done> = Object.fromEntries(arms.map((arm) => [arm, {}]));
  for (const task of tasks) {
    for (const seed of seeds) {
      for (const arm of arms) {
        const outcome = await kept.once(`${keyOf(task, seed)}, ${arm}`, () => runTask(stack, task, model, seed, ARMS[arm]!));
        results[arm]![keyOf(task, seed)] = outcome;
        console.error(`• ${keyOf(task, seed)}, ${arm}: ${outcome.status}, ${outcome.taken} of ${outcome.turns} turns taken, ${outcome.alarms} alarms, ${outcome.seconds.toFixed(1)} s`);
      }
    }
  }
  return results;
}

const metrics: Record<string, number> = {};
const percent = (value: number | null): string => (value === null ? '-' : `${(100 * value).toFixed(0)} %`);
const sum = (some: Outcome[], of: (one: Outcome) => number): number => some.reduce((n, one) => n + of(one), 0);

function rowOf(kindName: string, arm: string, results: Record<string, Done>): Row {
  const of = (name: string): [string, Outcome][] => Object.entries(results[name] ?? {}).filter(([key]) => kindName === 'all' || key.startsWith(kindName));
  const own = of(arm);
  const outcomes = own.map(([, outcome]) => outcome);
  const without = new Map(of('none'));
  const pairs = arm === 'none' ? [] : own.flatMap(([key, { completed }]): Pair[] => (without.has(key) ? [{ before: without.get(key)!.completed, after: completed }] : []));
  const { r, d, worthAbove } = rates(pairs);
  const figures = {
    runs: outcomes.length, completed: sum(outcomes, (o) => Number(o.completed)) / Math.max(1, outcomes.length), valid: sum(outcomes, (o) => o.taken) / Math.max(1, sum(outcomes, (o) => o.turns)),
    repeated: sum(outcomes, (o) => o.repeated) / Math.max(1, outcomes.length), tokens: sum(outcomes, (o) => o.tokens) / Math.max(1, outcomes.length), alarmed: outcomes.filter((o) => o.alarms > 0).length, actions: sum(outcomes, (o) => o.actions),
  };
  const p = mcnemar(pairs);
  for (const [name, value] of Object.entries({ ...figures, r, d, p: pairs.length ? p : null })) if (value !== null) metrics[`${kindName}.${arm}.${name}`] = value;
  return {
    tasks: kindName, arm, runs: figures.runs, completed: percent(figures.completed), 'valid output': percent(figures.valid), 'repeated text': percent(figures.repeated), 'tokens a run': Math.round(figures.tokens),
    'runs with an alarm': figures.alarmed, actions: figures.actions, r: percent(r), d: percent(d), 'p*': percent(worthAbove), McNemar: pairs.length ? `p = ${p.toFixed(2)}` : '-',
  };
}

// The worker's library takes these for itself and would wait for runs that nobody carries on; what was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const servers = await startTestServers();
try {
  const { runtime, url, stop } = await startEvalRuntime({ runtime: kind, url: options.more['url'], model });
  try {
    const all = await ladderTasks(options.data, Number(options.more['tasks'] ?? (options.full ? FULL_TASKS : TASKS)));
    const tasks = all.filter((task) => options.only === null || task.kind === options.only);
    // The gates that are served are the configuration's.
    const env = { HOLDFAST_RUNTIME: kind, HOLDFAST_RUNTIME_URL: url, HOLDFAST_MODEL: model, HOLDFAST_MODEL_SLOTS: '1' };
    const stack = await LoopStack.start({ agents: ladderAgents, contextTokens: CONTEXT_TOKENS, runtime, model, gate: soleGate(runtime, model, 1) }, undefined, env);
    try {
      const results = await measure(stack, tasks);
      const kinds: string[] = options.only ? [options.only] : [...KINDS, 'all'];
      const rows = kinds.flatMap((name) => arms.map((arm) => rowOf(name, arm, results)));
      printTable(`The ladder on ${model} (${kind}), paired by task and seed; r and d against ${arms.includes('none') ? 'none' : 'nothing, since the arm none is missing'}`, rows);
      await writeJson(options.json, COMMAND, metrics, rows);
    } finally {
      await stack.stop();
    }
  } finally {
    await stop();
  }
} finally {
  await servers.stop();
}
process.exit(0);
