import type { DriftReport, StepDigest } from '#contracts';
import { OPERATING_POINTS } from '#drift';
import type { Row } from '../../bench/options.js';
import { BASELINES } from './baselines.js';
import { auc, firstAlarm, replay, rutScores } from './replay.js';
import type { RecordedRun } from './runs.js';
import { wilson } from './wilson.js';

export type Replayed = { run: RecordedRun; digests: StepDigest[]; reports: DriftReport[] };
/** Step of a run's first alarm, or null. */
type Detector = (run: Replayed) => number | null;

const PREFIX = 15;
const FOLDS = 5;

/** Every detector over all runs whose end is known: what it catches, what it alarms on wrongly, how early. */
export function budgetRows(all: Replayed[], note: (name: string, value: number) => void): Row[] {
  const known = all.filter(({ run }) => run.resolved !== null && !run.source.startsWith('made up'));
  const failed = known.filter(({ run }) => run.resolved === false);
  const good = known.filter(({ run }) => run.resolved === true);
  // False alarms can only be counted where there are good runs.
  const sources = [...new Set(good.map(({ run }) => run.source))];
  const peak = (steps: number): ((j: Replayed) => number) => (j) => Math.max(0, ...rutScores(j.digests.slice(0, steps)));
  const row = (name: string, fires: Detector, score?: (steps: number) => (j: Replayed) => number): Row => {
    const caught = failed.filter((j) => sources.includes(j.run.source)).filter((j) => fires(j) !== null);
    const wrong = good.filter((j) => fires(j) !== null);
    const [low, high] = wilson(wrong.length, good.length);
    const lead = caught.map((j) => j.digests.length - fires(j)!).sort((a, b) => a - b)[Math.floor(caught.length / 2)];
    note(`${name}.false_alarms`, wrong.length / Math.max(1, good.length));
    const shares = (s: string): string => {
      const [hit, ends, alarmed, fine] = [caught, failed, wrong, good].map((some) => of(some, s).length) as [number, number, number, number];
      note(`${name}.${s}.recall`, hit / Math.max(1, ends));
      return `${hit}/${ends}, ${alarmed}/${fine}`;
    };
    const aucs = (steps: number): string => (score ? sources.map((s) => (auc(of(failed, s).map(score(steps)), of(good, s).map(score(steps))) ?? NaN).toFixed(2)).join(' / ') : '');
    return {
      detector: name,
      ...Object.fromEntries(sources.map((s) => [s, shares(s)])),
      'false alarms': `${wrong.length}/${good.length} = ${percent(wrong.length / Math.max(1, good.length))} (${percent(low)} to ${percent(high)})`,
      'median lead': lead ?? '-',
      'AUC, whole run': aucs(Infinity),
      [`AUC, first ${PREFIX}`]: aucs(PREFIX),
    };
  };
  const length = (steps: number) => (j: Replayed): number => Math.min(steps, j.digests.length);
  const longest = (budget: number): number => limitFor(good.map(length(Infinity)), budget);
  return [
    row('holdfast, without the rut', (j) => firstAlarm(replay(j.digests, 0, { rutAt: null }))),
    ...Object.entries(OPERATING_POINTS).map(([budget, rutAt]) => row(`holdfast, ${budget} %`, (j) => firstAlarm(replay(j.digests, 0, { rutAt })), peak)),
    row('holdfast, threshold from other tasks, 5 %', crossValidated(known, 0.05)),
    row('holdfast, threshold from other tasks, 10 %', crossValidated(known, 0.1)),
    ...[0.05, 0.1].map((budget) => row(`run length, ${budget * 100} %`, (j) => (j.digests.length > longest(budget) ? longest(budget) + 1 : null), length)),
    ...Object.entries(BASELINES).map(([name, rule]) => row(name, (j) => rule(j.digests))),
  ];
}

/** The threshold that a run is judged by was chosen on runs of other tasks only. */
function crossValidated(known: Replayed[], budget: number): Detector {
  const tasks = [...new Set(known.map(taskOf))].sort();
  const fold = (j: Replayed): number => tasks.indexOf(taskOf(j)) % FOLDS;
  const limits = Array.from({ length: FOLDS }, (_, k) => {
    const others = known.filter((j) => fold(j) !== k && j.run.resolved === true);
    return limitFor(others.map((j) => sustainedPeak(rutScores(j.digests))), budget) + 1e-6;
  });
  return (j) => firstAlarm(replay(j.digests, 0, { rutAt: limits[fold(j)]! }));
}

const sustainedPeak = (scores: number[]): number => Math.max(0, ...scores.map((score, i) => (i < 7 ? 0 : Math.min(score, scores[i - 1] ?? 0))));
/** Runs of one task share the first part of their id, where it has parts that are numbers only. */
const taskOf = ({ run }: Replayed): string => `${run.source} ${/^\d+-\d+$/.test(run.id) ? run.id.split('-')[0] : run.id}`;
/** The smallest value that no more than `budget` of the good runs exceed. */
const limitFor = (values: number[], budget: number): number => [...values].sort((a, b) => b - a)[Math.floor(values.length * budget)] ?? Infinity;
const of = (some: Replayed[], source: string): Replayed[] => some.filter(({ run }) => run.source === source);
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
