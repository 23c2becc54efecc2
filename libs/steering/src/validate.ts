import { meanDifference, type Point, project } from './axis.js';

/** Points by layer: the same steps in the same order in each. */
export type Layers = ReadonlyMap<number, readonly Point[]>;
type Scored = { score: number; positive: boolean };

export const FOLDS = 5;

/** Chance that a positive scores above another, ties counted half; null where one side is missing. */
export function auc(scored: readonly Scored[]): number | null {
  const side = (positive: boolean): number[] => scored.filter((one) => one.positive === positive).map(({ score }) => score);
  const [yes, no] = [side(true), side(false)];
  if (yes.length === 0 || no.length === 0) return null;
  let wins = 0;
  for (const y of yes) for (const n of no) wins += y > n ? 1 : y === n ? 0.5 : 0;
  return wins / (yes.length * no.length);
}

/** AUC at one layer on tasks that the direction was not fitted on. */
export function layerAuc(points: readonly Point[]): number | null {
  return auc(eachFold(points, (train, test) => scoresOf(train.map((i) => points[i]!), test.map((i) => points[i]!))));
}

/** The same with the layer chosen among `candidates` inside each fold: what a choice by its own result would flatter. */
export function nestedAuc(layers: Layers, candidates: readonly number[]): number | null {
  const first = layers.get(candidates[0]!)!;
  const scored = eachFold(first, (trainAt, testAt) => {
    const best = bestLayer(new Map(candidates.map((layer) => [layer, trainAt.map((i) => layers.get(layer)![i]!)])));
    if (best === null) return [];
    const at = layers.get(best)!;
    return scoresOf(trainAt.map((i) => at[i]!), testAt.map((i) => at[i]!));
  });
  return auc(scored);
}

/** The layer with the highest AUC by cross-validation, the lower one of equals; null where none can be fitted. */
export function bestLayer(layers: Layers): number | null {
  let best: { layer: number; value: number } | null = null;
  for (const [layer, points] of layers) {
    const value = layerAuc(points);
    if (value !== null && (best === null || value > best.value)) best = { layer, value };
  }
  return best?.layer ?? null;
}

/** Scores are made comparable between folds: 0 is the middle of the two sides that were fitted, 1 their distance. */
function scoresOf(train: readonly Point[], test: readonly Point[]): Scored[] {
  const direction = meanDifference(train);
  if (!direction) return [];
  const mean = (positive: boolean): number => {
    const some = train.filter((point) => point.positive === positive);
    return some.reduce((sum, { vector }) => sum + project(vector, direction), 0) / some.length;
  };
  const [yes, no] = [mean(true), mean(false)];
  const width = Math.abs(yes - no) || 1;
  return test.map(({ vector, positive }) => ({ positive, score: (project(vector, direction) - (yes + no) / 2) / width }));
}

/** Scores the points at `testAt` by what the points at `trainAt` show. */
type Judge = (trainAt: number[], testAt: number[]) => Scored[];

/** Every point is tested once, by a direction fitted on other tasks. */
function eachFold(points: readonly Point[], judge: Judge): Scored[] {
  const tasks = [...new Set(points.map(({ task }) => task))].sort();
  const folds = Math.min(FOLDS, tasks.length);
  return Array.from({ length: folds }, (_, fold) => {
    const inTest = new Set(tasks.filter((_task, i) => i % folds === fold));
    const at = (wanted: boolean): number[] => points.flatMap(({ task }, i) => (inTest.has(task) === wanted ? [i] : []));
    return judge(at(false), at(true));
  }).flat();
}
