import type { NativeContext } from '../native/context.js';
import type { ComputeTurn } from './compute-turn.js';
import { ThreadPace, type Work } from './thread-pace.js';

/** Runs a context's computations: in turn with the other models, on as many threads as pay. */
export class Compute {
  readonly #turn: ComputeTurn;
  readonly #pace: ThreadPace;

  constructor(turn: ComputeTurn, threads: number) {
    this.#turn = turn;
    this.#pace = new ThreadPace(threads);
  }

  /** Evaluates `tokens` behind what `context` holds. */
  decode(context: NativeContext, tokens: Int32Array): void {
    this.#paced(context, tokens.length === 1 ? 'token' : 'block', tokens.length, () => context.decode(tokens));
  }

  /** Pooled embedding of `tokens`. */
  embed(context: NativeContext, tokens: Int32Array): Float32Array {
    const probe = tokens.subarray(0, 1);
    // Once on one thread, once on all: embedding has no single tokens of its own to learn from.
    for (let round = 0; round < 2 && this.#pace.wantsProbe(performance.now()); round += 1) {
      this.#paced(context, 'token', 1, () => context.embed(probe));
    }
    return this.#paced(context, 'block', tokens.length, () => context.embed(tokens));
  }

  /** Computes the first tokens of a fresh process: they fault the weights in and tell how busy the cores are. */
  warmUp(context: NativeContext, token: number): void {
    for (let round = 0; round < 3; round += 1) this.decode(context, Int32Array.of(token));
    context.truncate(0);
  }

  #paced<T>(context: NativeContext, work: Work, tokens: number, compute: () => T): T {
    return this.#turn.take(() => {
      const started = performance.now();
      const threads = this.#pace.choose(work, started);
      context.setThreads(threads);
      const result = compute();
      const ended = performance.now();
      this.#pace.note(work, threads, (ended - started) / tokens, ended);
      return result;
    });
  }
}
