/** A fitted line: the probability is 1 / (1 + exp(-(bias + weights · features))). */
export type Line = { bias: number; weights: number[] };
export type Example = { features: number[]; positive: boolean };

/** Logistic regression with classes of equal weight and an L2 penalty, by Adam on standardised features. */
export function fitLine(examples: Example[], rounds = 400, penalty = 1e-4): Line {
  const n = examples[0]!.features.length;
  const mean = Array.from({ length: n }, (_, j) => examples.reduce((s, e) => s + e.features[j]!, 0) / examples.length);
  const scale = mean.map((m, j) => Math.sqrt(examples.reduce((s, e) => s + (e.features[j]! - m) ** 2, 0) / examples.length) || 1);
  const xs = examples.map((e) => e.features.map((f, j) => (f - mean[j]!) / scale[j]!));
  const positives = examples.filter((e) => e.positive).length;
  const share = { true: 0.5 / positives, false: 0.5 / (examples.length - positives) };
  const w = new Array<number>(n + 1).fill(0);
  const m1 = [...w];
  const m2 = [...w];
  for (let round = 1; round <= rounds; round++) {
    const slope = w.map((v, j) => (j < n ? 2 * penalty * v : 0));
    xs.forEach((x, i) => {
      const p = 1 / (1 + Math.exp(-x.reduce((s, v, j) => s + v * w[j]!, w[n]!)));
      const error = (p - (examples[i]!.positive ? 1 : 0)) * share[`${examples[i]!.positive}`];
      x.forEach((v, j) => (slope[j]! += error * v));
      slope[n]! += error;
    });
    slope.forEach((g, j) => {
      m1[j] = 0.9 * m1[j]! + 0.1 * g;
      m2[j] = 0.999 * m2[j]! + 0.001 * g * g;
      w[j]! -= (0.05 * (m1[j] / (1 - 0.9 ** round))) / (Math.sqrt(m2[j] / (1 - 0.999 ** round)) + 1e-8);
    });
  }
  const weights = scale.map((s, j) => w[j]! / s);
  return { bias: w[n]! - weights.reduce((s, v, j) => s + v * mean[j]!, 0), weights };
}
