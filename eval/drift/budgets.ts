import { OPERATING_POINTS } from '#drift';
import type { Row } from '../../bench/options.js';
import { BASELINES } from './baselines.js';
import { type Detector, heldOut, knownRuns, limitFor, type Replayed } from './held-out.js';
import { auc, firstAlarm, replay, rutScores } from './replay.js';
import { wilson } from './wilson.js';

const PREFIX = 15;

/** Every detector over all runs whose end is known: what it catches, what it alarms on wrongly, how early. */
export function budgetRows(all: Replayed[], note: (name: string, value: number) => void): Row[] {
  const known = knownRuns(all);
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
    ...[0.05, 0.1].map((budget) => row(`holdfast, threshold from other tasks, ${budget * 100} %`, heldOut(known, { budget, weights: null, division: 0 }))),
    ...[0.05, 0.1].map((budget) => row(`run length, ${budget * 100} %`, (j) => (j.digests.length > longest(budget) ? longest(budget) + 1 : null), length)),
    ...Object.entries(BASELINES).map(([name, rule]) => row(name, (j) => rule(j.digests))),
  ];
}

const of = (some: Replayed[], source: string): Replayed[] => some.filter(({ run }) => run.source === source);
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
