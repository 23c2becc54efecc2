import type { Judged as JudgedWindow } from '#activities';
import type { StepDigest } from '#contracts';
import { callLikeness, textLikeness } from '#drift';
import { loadStackConfig, RUNTIME_KINDS } from '#platform';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { KeptAnswers, revision } from '../model/kept.js';
import { startEvalRuntime } from '../model/start-runtime.js';
import { budgetRows } from './budgets.js';
import { BASELINES } from './baselines.js';
import { heldOutRows, type Replayed as Judged } from './held-out.js';
import { judgeRows, windowsOf } from './judge.js';
import { auc, firstAlarm, replay } from './replay.js';
import { madeUpRuns } from './made-up-runs.js';
import { digestsOf, readRuns } from './runs.js';

const COMMAND = 'npm run eval:drift';
const WINDOW = 12;
const PARTS = ['budgets', 'held-out', 'runs', 'steps', 'judge'];
/** Windows with drift that a judge is asked about, and as many without. */
const WINDOWS = 15;
const options = parseMeasureOptions(COMMAND, PARTS, {
  runtime: { usage: `--runtime R   of the judge: ${RUNTIME_KINDS.join(', ')} (default: as configured, else what the quick start takes). It is asked with --only judge and with --full` },
  url: { usage: '--url URL     address of the runtime' },
  model: { usage: '--model M     model of the runtime' },
  windows: { usage: `--windows N   windows with drift that it is asked about, and as many without (default: ${WINDOWS})` },
});
const recorded = readRuns(options.data);
if (recorded.length === 0) console.log('No recorded runs found (--data DIR): made-up ones only.');
const runs = [...recorded, ...madeUpRuns()];

const bySource = new Map<string, Judged[]>();
for (const source of new Set(runs.map((run) => run.source))) {
  const digested = runs.filter((run) => run.source === source).map((run) => ({ run, digests: digestsOf(run) }));
  const toolCount = new Set(digested.flatMap(({ digests }) => digests.flatMap(({ calls }) => calls.map(({ tool }) => tool)))).size;
  bySource.set(source, digested.map((one) => ({ ...one, reports: replay(one.digests, toolCount) })));
}

const metrics: Record<string, number> = {};
const rows: Row[] = [];
const show = (value: number | null): string => (value === null ? '-' : value.toFixed(2));
const median = (values: number[]): number | null => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
const note = (name: string, value: number | null): number | null => {
  if (value !== null) metrics[name] = value;
  return value;
};

/** Alarms on runs that failed and on those that did not, beside the rules of other projects on the same digests. */
function runRows(): Row[] {
  return [...bySource].map(([source, judged]) => {
    const failed = judged.filter(({ run }) => run.resolved === false);
    const good = judged.filter(({ run }) => run.resolved === true);
    const fired = (some: Judged[], rule: (j: Judged) => number | null): number => some.filter((j) => rule(j) !== null).length;
    const pair = (rule: (j: Judged) => number | null): string => `${fired(failed, rule)}/${fired(good, rule)}`;
    const ours = (j: Judged): number | null => firstAlarm(j.reports);
    const peak = (j: Judged): number => Math.max(...j.reports.map((r) => (r.hard ? 1 : Math.max(r.overthinking, r.overacting))));
    note(`${source}.failed`, failed.length);
    note(`${source}.good`, good.length);
    note(`${source}.alarms_failed`, fired(failed, ours));
    note(`${source}.alarms_good`, fired(good, ours));
    return {
      source,
      'failed/good': `${failed.length}/${good.length}`,
      holdfast: pair(ours),
      ...Object.fromEntries(Object.entries(BASELINES).map(([name, rule]) => [name, pair((j) => rule(j.digests))])),
      'AUC score': show(note(`${source}.auc`, auc(failed.map(peak), good.map(peak)))),
      'AUC length': show(note(`${source}.auc_length`, auc(failed.map((j) => j.digests.length), good.map((j) => j.digests.length)))),
      'first alarm': show(median(failed.map(ours).filter((step) => step !== null))),
      'steps saved': show(median(failed.flatMap((j) => (ours(j) === null ? [] : [j.digests.length - ours(j)!])))),
    };
  });
}

/** Signals against the labels that people gave to single steps. */
function stepRows(): Row[] {
  const window = (j: Judged, i: number): StepDigest[] => j.digests.slice(Math.max(0, i - WINDOW), i).reverse();
  const labels: [string, string, string, (j: Judged, i: number) => number][] = [
    ['thought_thought', 'Redundancy', 'textLikeness', (j, i) => textLikeness(j.digests[i]!, window(j, i))],
    ['action_action', 'Repetition', 'callLikeness', (j, i) => callLikeness(j.digests[i]!, window(j, i))],
  ];
  return [...bySource].flatMap(([source, judged]) =>
    labels.flatMap(([kind, label, seen, score]) => {
      const scored = judged.flatMap((j) => j.run.steps.flatMap(({ labels: given }, i) => (given?.[kind] === undefined ? [] : [{ is: given[kind] === label, score: score(j, i) }])));
      const yes = scored.filter(({ is }) => is).map(({ score: s }) => s);
      const no = scored.filter(({ is }) => !is).map(({ score: s }) => s);
      const value = note(`${source}.${label.toLowerCase()}_auc`, auc(yes, no));
      return value === null ? [] : [{ source, label, signal: seen, 'labelled so': yes.length, other: no.length, AUC: show(value) }];
    }),
  );
}

const all = [...bySource.values()].flat();

/** A model reads what people labelled. */
async function judge(): Promise<Row[]> {
  const windows = windowsOf(all, Number(options.more['windows'] ?? WINDOWS));
  if (windows.length === 0) return [];
  const given = await startEvalRuntime({ runtime: options.more['runtime'], url: options.more['url'], model: options.more['model'] });
  try {
    return await judgeRows(windows, given, new KeptAnswers<JudgedWindow>(loadStackConfig(process.env).dataDir, 'judge', `${given.model}-${revision()}`, options.full), note);
  } finally {
    await given.stop();
  }
}

const parts: Record<string, { title: string; rows: () => Row[] | Promise<Row[]> }> = {
  budgets: { title: 'Failed runs caught, good runs alarmed on; false alarms pooled over all good runs (95 % interval)', rows: () => budgetRows(all, note) },
  'held-out': { title: 'What was chosen on other tasks: median (least to most) of ten divisions of the tasks into fifths', rows: () => heldOutRows(all, note) },
  runs: { title: 'Runs with an alarm: failed/good', rows: runRows },
  steps: { title: 'Single steps against human labels', rows: stepRows },
  judge: { title: 'A judge on eight steps at a time, beside people', rows: judge },
};
for (const [name, part] of Object.entries(parts)) {
  if (options.only ? options.only !== name : name === 'judge' && !options.full) continue;
  const found = await part.rows();
  printTable(part.title, found);
  rows.push(...found);
}
await writeJson(options.json, COMMAND, metrics, rows);
