/** Trees whose leaves add up to the log odds of something. */
export type Forest = { bias: number; trees: Tree[] };
/** A full binary tree, level by level: of node `i` the children are `2i + 1` and `2i + 2`. A feature of -1 sends all to the left. */
export type Tree = { features: number[]; thresholds: number[]; leaves: number[] };

/** Log odds; features are in the order that the trees were grown with. */
export function logOddsOf({ bias, trees }: Forest, features: readonly number[]): number {
  let sum = bias;
  for (const tree of trees) {
    let node = 0;
    while (node < tree.features.length) {
      const feature = tree.features[node]!;
      node = 2 * node + (feature >= 0 && features[feature]! > tree.thresholds[node]! ? 2 : 1);
    }
    sum += tree.leaves[node - tree.features.length]!;
  }
  return sum;
}

export const probabilityOf = (forest: Forest, features: readonly number[]): number => 1 / (1 + Math.exp(-logOddsOf(forest, features)));

/** One line: the bias, then the trees; of a tree its features, thresholds and leaves. */
export function printForest({ bias, trees }: Forest): string {
  return [short(bias), ...trees.map((t) => [t.features.join(' '), t.thresholds.map(short).join(' '), t.leaves.map(short).join(' ')].join('|'))].join(';');
}

export function readForest(line: string): Forest {
  const [bias = '', ...trees] = line.split(';');
  const numbers = (text = ''): number[] => text.split(' ').map(Number);
  return { bias: Number(bias), trees: trees.map((tree) => tree.split('|')).map(([features, thresholds, leaves]) => ({ features: numbers(features), thresholds: numbers(thresholds), leaves: numbers(leaves) })) };
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
