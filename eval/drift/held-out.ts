import type { DriftReport, StepDigest } from '#contracts';
import { DEFAULT_CONFIG, type RutParts, rutValue } from '#drift';
import type { Row } from '../../bench/options.js';
import { firstAlarm, replay, rutSeries } from './replay.js';
import type { RecordedRun } from './runs.js';
import { wilson } from './wilson.js';

export type Replayed = { run: RecordedRun; digests: StepDigest[]; reports: DriftReport[] };
/** Step of a run's first alarm, or null. */
export type Detector = (run: Replayed) => number | null;

/** What is chosen on runs of other tasks: the threshold always, the weights from `weights` where it is given. */
export type Choice = { budget: number; weights: RutParts[] | null; division: number };

const FOLDS = 5;
const DIVISIONS = 10;
/** A rut is no alarm before this step, and takes two steps in a row. */
const FIRST = DEFAULT_CONFIG.firstStep - 1;

/** Weights that a choice may fall on: each part left out, as it ships or twice that. */
const GRID: RutParts[] = [0, 1, 2].flatMap((narrow) =>
  [0, 1, 2].flatMap((again) => [0, 1, 2].flatMap((near) => [0, 1, 2].map((errors) => scaled({ narrow, again, near, errors })))),
).filter((weights) => Object.values(weights).some((w) => w > 0));

function scaled(times: RutParts): RutParts {
  const { rutWeights: own } = DEFAULT_CONFIG;
  return { narrow: own.narrow * times.narrow, again: own.again * times.again, near: own.near * times.near, errors: own.errors * times.errors };
}

/** Runs whose end is known. */
export const knownRuns = (all: Replayed[]): Replayed[] => all.filter(({ run }) => run.resolved !== null && !run.source.startsWith('made up'));

/** The smallest value that no more than `budget` of the good runs exceed. */
export const limitFor = (values: number[], budget: number): number => [...values].sort((a, b) => b - a)[Math.floor(values.length * budget)] ?? Infinity;

/** Judges each run by what was chosen on runs of other tasks only: a fifth of the tasks at a time. */
export function heldOut(known: Replayed[], { budget, weights, division }: Choice): Detector {
  const tasks = shuffled([...new Set(known.map(taskOf))].sort(), division);
  const fold = (j: Replayed): number => tasks.indexOf(taskOf(j)) % FOLDS;
  const chosen = Array.from({ length: FOLDS }, (_, k) => choose(known.filter((j) => fold(j) !== k), weights ?? [DEFAULT_CONFIG.rutWeights], budget));
  return (j) => firstAlarm(replay(j.digests, 0, chosen[fold(j)]));
}

/** Of the weights, those that catch most failed runs at a threshold that keeps to the budget on the good ones. */
function choose(runs: Replayed[], weights: RutParts[], budget: number): { rutAt: number; rutWeights: RutParts } {
  const options = weights.map((rutWeights) => {
    const limit = limitFor(runs.filter(({ run }) => run.resolved === true).map((j) => sustainedPeak(j, rutWeights)), budget) + 1e-6;
    return { rutAt: limit, rutWeights, caught: runs.filter((j) => hasFailed(j) && sustainedPeak(j, rutWeights) >= limit).length };
  });
  return options.reduce((best, one) => (one.caught > best.caught ? one : best));
}

const hasFailed = (j: Replayed): boolean => j.run.resolved === false;

const series = new Map<Replayed, RutParts[]>();
/** The deepest rut that lasted two steps. */
function sustainedPeak(j: Replayed, weights: RutParts): number {
  if (!series.has(j)) series.set(j, rutSeries(j.digests));
  const values = series.get(j)!.map((parts) => rutValue(parts, weights));
  return Math.max(0, ...values.map((value, i) => (i < FIRST ? 0 : Math.min(value, values[i - 1] ?? 0))));
}

/** Runs of one task share the first part of their id, where it has parts that are numbers only. */
const taskOf = ({ run: { source, id } }: Replayed): string => `${source} ${/^\d+-\d+$/.test(id) ? id.split('-')[0] : id}`;

/** The same for the same number; 0 leaves the order as it is. */
function shuffled(tasks: string[], division: number): string[] {
  if (division === 0) return tasks;
  let x = division * 7_919;
  const drawn = (): number => (x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0);
  return tasks.map((task) => ({ task, at: drawn() })).sort((a, b) => a.at - b.at).map(({ task }) => task);
}

/** What is left of the figures where nothing was chosen on the runs that are counted, over several divisions of the tasks. */
export function heldOutRows(all: Replayed[], note: (name: string, value: number) => void): Row[] {
  const known = knownRuns(all);
  const good = known.filter((j) => !hasFailed(j));
  const sources = [...new Set(good.map((j) => j.run.source))];
  const failed = known.filter((j) => hasFailed(j) && sources.includes(j.run.source));
  return [0.05, 0.1].flatMap((budget) =>
    ([['threshold', null], ['threshold and weights', GRID]] as const).map(([what, weights]): Row => {
      const divisions = Array.from({ length: DIVISIONS }, (_, division) => {
        const fires = heldOut(known, { budget, weights, division });
        return { caught: failed.filter((j) => fires(j) !== null), wrong: good.filter((j) => fires(j) !== null).length };
      });
      const caught = divisions.map((d) => d.caught.length);
      const wrong = divisions.map((d) => d.wrong);
      const [low, high] = wilson(Math.round(middle(wrong)), good.length);
      note(`held_out.${what}.${budget}.recall`, middle(caught) / failed.length);
      note(`held_out.${what}.${budget}.false_alarms`, middle(wrong) / good.length);
      return {
        'chosen on other tasks': `${what}, ${budget * 100} %`,
        ...Object.fromEntries(sources.map((s) => [s, `${spread(divisions.map((d) => d.caught.filter((j) => j.run.source === s).length))} of ${failed.filter((j) => j.run.source === s).length}`])),
        'failed runs caught': `${spread(caught)} of ${failed.length}`,
        'false alarms': `${spread(wrong)} of ${good.length}`,
        'of 100 good runs': `${((100 * middle(wrong)) / good.length).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`,
      };
    }),
  );
}

const middle = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const spread = (values: number[]): string => `${middle(values)} (${Math.min(...values)} to ${Math.max(...values)})`;
