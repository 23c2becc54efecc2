/** Numbers of one model's residual stream at one layer. */
export type Vector = readonly number[] | Float32Array;

/** One labelled step at one layer; `task` groups what must not be split between fitting and testing. */
export type Point = { readonly task: string; readonly positive: boolean; readonly vector: Vector };

/**
 * Direction of length 1 from the mean of the other points to the mean of the positive ones. Balanced: within each
 * side every task weighs the same, however many steps it has. Null where one side is missing or both means agree.
 */
export function meanDifference(points: readonly Point[]): Float64Array | null {
  const mean = (positive: boolean): Float64Array | null => balancedMean(points.filter((point) => point.positive === positive));
  const [yes, no] = [mean(true), mean(false)];
  return yes && no ? unit(yes.map((value, i) => value - no[i]!)) : null;
}

/** `vector` without its part along each of `basis` (orthonormal), of length 1; null where nothing is left. */
export function orthogonal(vector: Float64Array, basis: readonly Float64Array[]): Float64Array | null {
  const rest = basis.reduce((left, along) => {
    const part = project(left, along);
    return left.map((value, i) => value - part * along[i]!);
  }, vector);
  return unit(rest);
}

export function project(vector: Vector | Float64Array, direction: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < direction.length; i++) sum += vector[i]! * direction[i]!;
  return sum;
}

function balancedMean(points: readonly Point[]): Float64Array | null {
  const tasks = [...new Set(points.map(({ task }) => task))];
  const means = tasks.map((name) => mean(points.filter(({ task }) => task === name).map(({ vector }) => vector)));
  return means.length > 0 ? mean(means) : null;
}

function mean(vectors: readonly (Vector | Float64Array)[]): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + vector[i]! / vectors.length;
  return sum;
}

const TINY = 1e-9;

function unit(vector: Float64Array): Float64Array | null {
  const length = Math.hypot(...vector);
  return length > TINY ? vector.map((value) => value / length) : null;
}
