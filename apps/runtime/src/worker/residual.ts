import { AxisWatch } from './axis-watch.js';
import { BLOCK } from './prompt-cache.js';
import type { ResidualJob, ResidualResult } from './protocol.js';
import type { Seat } from './seat.js';

/**
 * Evaluates `text` behind `context` and takes the mean of its tokens' residual stream at each wanted layer. With
 * `perplexity` the text is evaluated token by token, under the job's steering: its logarithm's mean is answered too.
 */
export function readResidual(seat: Seat, job: ResidualJob, context: Int32Array, text: Int32Array, width: number, isCancelled: () => boolean): ResidualResult {
  const watch = job.axes && new AxisWatch(job.axes);
  seat.context.steer(job.steer);
  seat.begin(context);
  for (let read = false; !read && !isCancelled(); ) read = seat.read(context, watch);
  const means = new Means(job.layers, width);
  if (!job.perplexity) readBlocks(seat, text, means, isCancelled);
  const logLoss = job.perplexity ? scored(seat, text, watch, isCancelled) / text.length : undefined;
  return { layers: job.layers, vectors: means.vectors(), tokens: text.length, logLoss };
}

function readBlocks(seat: Seat, text: Int32Array, means: Means, isCancelled: () => boolean): void {
  const layers = new Set(means.layers);
  for (let at = 0; at < text.length && !isCancelled(); at += BLOCK) {
    const block = text.subarray(at, Math.min(text.length, at + BLOCK));
    const decode = (): void => seat.append(block);
    if (layers.size === 0) decode();
    else seat.tap!.during(layers, (layer, rows) => means.add(layer, rows), decode);
  }
}

/** Sum of -ln p over the tokens of `text`. */
function scored(seat: Seat, text: Int32Array, watch: AxisWatch | undefined, isCancelled: () => boolean): number {
  let sum = 0;
  for (const token of text) {
    if (isCancelled()) return NaN;
    sum += lossOf(seat.context.logits(), token);
    seat.reply(token, watch);
  }
  return sum;
}

function lossOf(logits: Float32Array, token: number): number {
  let most = -Infinity;
  for (const value of logits) if (value > most) most = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - most);
  return most + Math.log(sum) - logits[token]!;
}

class Means {
  readonly layers: readonly number[];
  readonly #width: number;
  readonly #sums = new Map<number, Float64Array>();
  readonly #rows = new Map<number, number>();

  constructor(layers: readonly number[], width: number) {
    this.layers = layers;
    this.#width = width;
  }

  /** A ResidualReader: changes nothing. The last layer has rows only for tokens whose logits are kept. */
  add(layer: number, rows: Float32Array): boolean {
    const width = this.#width;
    const sum = this.#sums.get(layer) ?? new Float64Array(width);
    for (let i = 0; i < rows.length; i += 1) sum[i % width] = sum[i % width]! + rows[i]!;
    this.#sums.set(layer, sum);
    this.#rows.set(layer, (this.#rows.get(layer) ?? 0) + rows.length / width);
    return false;
  }

  vectors(): Float32Array[] {
    return this.layers.map((layer) => Float32Array.from(this.#sums.get(layer) ?? [], (value) => value / this.#rows.get(layer)!));
  }
}
