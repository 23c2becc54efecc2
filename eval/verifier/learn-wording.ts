import { lengthOf, type Wording } from '#clinical';
import { seededRandom } from '#platform';

export type WordingExample = { turns: readonly string[]; positive: boolean; weight: number };

const SELDOM = 5;
const EPOCHS = 8;
const RATE = 0.5;
const DECAY = 3e-4;
/** Weights below are left out: most are, and nothing is lost. */
const LEAST = 1;

/** Logistic regression over turns of phrase by AdaGrad (Duchi et al., 2011), with weights that decay. */
export function learnWording(examples: readonly WordingExample[]): Wording {
  const ids = numberedTurns(examples);
  const rows = examples.map(({ turns }) => Int32Array.from(turns.flatMap((turn) => ids.get(turn) ?? [])));
  const weights = new Float64Array(ids.size);
  const slopes = new Float64Array(ids.size).fill(0.01);
  let [common, commonSlope] = [0, 0.01];
  const at = seededRandom(5);
  const order = examples.map((_, i) => i);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, at);
    for (const i of order) {
      const { positive, weight, turns } = examples[i]!;
      const length = lengthOf(turns);
      const odds = rows[i]!.reduce((sum, id) => sum + weights[id]!, 0) / length + common;
      const slope = (1 / (1 + Math.exp(-odds)) - (positive ? 1 : 0)) * weight;
      for (const id of rows[i]!) {
        const own = slope / length + DECAY * weights[id]!;
        slopes[id]! += own ** 2;
        weights[id]! -= (RATE * own) / Math.sqrt(slopes[id]!);
      }
      commonSlope += slope ** 2;
      common -= (RATE * slope) / Math.sqrt(commonSlope);
    }
  }
  const short = (value: number): number => Number(value.toFixed(1));
  return new Map([['', short(common)], ...[...ids].filter(([, id]) => Math.abs(weights[id]!) >= LEAST).map(([turn, id]): [string, number] => [turn, short(weights[id]!)])]);
}

function numberedTurns(examples: readonly WordingExample[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { turns } of examples) for (const turn of turns) times.set(turn, (times.get(turn) ?? 0) + 1);
  return new Map([...times].filter(([, n]) => n >= SELDOM).map(([turn], id) => [turn, id]));
}

function shuffle(order: number[], at: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(at() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}
