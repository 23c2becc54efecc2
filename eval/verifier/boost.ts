import type { Forest, Tree } from '#clinical';
import { seededRandom } from '#platform';

export type Example = { features: readonly number[]; positive: boolean; /** How much it counts; 1 where not given. */ weight?: number };
export type BoostOptions = { trees: number; depth: number; rate: number; /** Fewest examples (by weight of their curvature) in a leaf. */ leaf: number; /** Share of examples that each tree sees. */ share: number; penalty: number };
export const USUAL: BoostOptions = { trees: 160, depth: 4, rate: 0.08, leaf: 6, share: 0.7, penalty: 4 };

const BINS = 48;

/** Gradient boosted trees for the log loss (Friedman 2001; second order as in XGBoost), over features cut into bins. */
export function growForest(examples: readonly Example[], { trees, depth, rate, leaf, share, penalty }: BoostOptions = USUAL): Forest {
  const cuts = cutsOf(examples);
  const binned = cuts.map((cut, f) => Uint8Array.from(examples, (e) => binOf(cut, e.features[f]!)));
  const weights = Float64Array.from(examples, (e) => e.weight ?? 1);
  const positive = examples.reduce((s, e, i) => s + (e.positive ? weights[i]! : 0), 0);
  const all = weights.reduce((a, b) => a + b, 0);
  const bias = Number(Math.log(positive / (all - positive)).toPrecision(4));
  const odds = new Float64Array(examples.length).fill(bias);
  const slope = new Float64Array(examples.length);
  const curve = new Float64Array(examples.length);
  const at = seededRandom(7);
  const grown: Tree[] = [];
  for (let t = 0; t < trees; t++) {
    const seen = Uint32Array.from(examples.keys()).filter(() => at() < share);
    for (let i = 0; i < examples.length; i++) {
      const p = 1 / (1 + Math.exp(-odds[i]!));
      slope[i] = ((examples[i]!.positive ? 1 : 0) - p) * weights[i]!;
      curve[i] = p * (1 - p) * weights[i]!;
    }
    const tree = growTree({ binned, cuts, slope, curve, seen, depth, leaf, penalty, rate });
    grown.push(tree.tree);
    for (let i = 0; i < examples.length; i++) odds[i]! += tree.tree.leaves[tree.leafOf(i)]!;
  }
  return { bias, trees: grown };
}

type Growing = { binned: Uint8Array[]; cuts: number[][]; slope: Float64Array; curve: Float64Array; seen: Uint32Array; depth: number; leaf: number; penalty: number; rate: number };

function growTree(g: Growing): { tree: Tree; leafOf: (i: number) => number } {
  const inner = 2 ** g.depth - 1;
  const tree: Tree = { features: new Array<number>(inner).fill(-1), thresholds: new Array<number>(inner).fill(0), leaves: [] };
  const bins = new Array<number>(inner).fill(0);
  let level = new Map<number, Uint32Array>([[0, g.seen]]);
  const ends = new Map<number, Uint32Array>();
  for (let d = 0; d < g.depth; d++) {
    const next = new Map<number, Uint32Array>();
    for (const [node, rows] of level) {
      const split = bestSplit(g, rows);
      if (split) {
        tree.features[node] = split.feature;
        tree.thresholds[node] = g.cuts[split.feature]![split.bin]!;
        bins[node] = split.bin;
      }
      const bin = split ? g.binned[split.feature]! : null;
      next.set(2 * node + 1, bin ? rows.filter((i) => bin[i]! <= split!.bin) : rows);
      next.set(2 * node + 2, bin ? rows.filter((i) => bin[i]! > split!.bin) : new Uint32Array());
    }
    level = next;
  }
  for (const [node, rows] of level) ends.set(node - inner, rows);
  tree.leaves = Array.from({ length: inner + 1 }, (_, k) => {
    const [s, c] = sums(g, ends.get(k) ?? new Uint32Array());
    return Number(((g.rate * s) / (c + g.penalty)).toPrecision(4));
  });
  const leafOf = (i: number): number => {
    let node = 0;
    while (node < inner) node = 2 * node + (tree.features[node]! >= 0 && g.binned[tree.features[node]!]![i]! > bins[node]! ? 2 : 1);
    return node - inner;
  };
  return { tree, leafOf };
}

function sums({ slope, curve }: Growing, rows: Uint32Array): [number, number] {
  let s = 0;
  let c = 0;
  for (const i of rows) {
    s += slope[i]!;
    c += curve[i]!;
  }
  return [s, c];
}

function bestSplit(g: Growing, rows: Uint32Array): { feature: number; bin: number } | null {
  const [s, c] = sums(g, rows);
  if (c < 2 * g.leaf) return null;
  let best: { feature: number; bin: number } | null = null;
  let most = 1e-6;
  const slopes = new Float64Array(BINS);
  const curves = new Float64Array(BINS);
  g.binned.forEach((bin, feature) => {
    const last = g.cuts[feature]!.length;
    if (last === 0) return;
    slopes.fill(0);
    curves.fill(0);
    for (const i of rows) {
      slopes[bin[i]!]! += g.slope[i]!;
      curves[bin[i]!]! += g.curve[i]!;
    }
    let left = 0;
    let weight = 0;
    for (let b = 0; b < last; b++) {
      left += slopes[b]!;
      weight += curves[b]!;
      if (weight < g.leaf || c - weight < g.leaf) continue;
      const gain = left ** 2 / (weight + g.penalty) + (s - left) ** 2 / (c - weight + g.penalty) - s ** 2 / (c + g.penalty);
      if (gain > most) [most, best] = [gain, { feature, bin: b }];
    }
  });
  return best;
}

/** Upper ends of the bins of each feature but the last, so that each bin holds about as many examples. */
function cutsOf(examples: readonly Example[]): number[][] {
  return examples[0]!.features.map((_, f) => {
    const values = Float64Array.from(examples, (e) => e.features[f]!).sort();
    const cuts = Array.from({ length: BINS - 1 }, (_, k) => values[Math.floor(((k + 1) * values.length) / BINS)]!);
    const distinct = [...new Set(values)];
    const middles = distinct.length <= BINS ? distinct.slice(1).map((v, k) => (v + distinct[k]!) / 2) : cuts;
    return [...new Set(middles.map((v) => Number(v.toPrecision(4))))].sort((a, b) => a - b).slice(0, BINS - 1);
  });
}

function binOf(cuts: readonly number[], value: number): number {
  let [from, to] = [0, cuts.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (value > cuts[middle]!) from = middle + 1;
    else to = middle;
  }
  return from;
}
