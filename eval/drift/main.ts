import type { DriftReport, StepDigest } from '#contracts';
import { callLikeness, textLikeness } from '#drift';
import { parseMeasureOptions, printTable, type Row, writeJson } from '../../bench/options.js';
import { budgetRows } from './budgets.js';
import { BASELINES } from './baselines.js';
import { auc, firstAlarm, replay } from './replay.js';
import { madeUpRuns } from './made-up-runs.js';
import { digestsOf, readRuns, type RecordedRun } from './runs.js';

const COMMAND = 'npm run eval:drift';
const WINDOW = 12;
const PARTS = ['budgets', 'runs', 'steps'];
const options = parseMeasureOptions(COMMAND, PARTS);
const recorded = readRuns(options.data);
if (recorded.length === 0) console.log('No recorded runs found (--data DIR): made-up ones only.');
const runs = [...recorded, ...madeUpRuns()];

type Judged = { run: RecordedRun; digests: StepDigest[]; reports: DriftReport[] };
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

const parts: Record<string, () => void> = {
  budgets: () => {
    const found = budgetRows([...bySource.values()].flat(), note);
    printTable('Failed runs caught, good runs alarmed on; false alarms pooled over all good runs (95 % interval)', found);
    rows.push(...found);
  },
  runs: () => {
    const found = runRows();
    printTable('Runs with an alarm: failed/good', found);
    rows.push(...found);
  },
  steps: () => {
    const found = stepRows();
    printTable('Single steps against human labels', found);
    rows.push(...found);
  },
};
for (const part of PARTS) if (!options.only || options.only === part) parts[part]!();
await writeJson(options.json, COMMAND, metrics, rows);
