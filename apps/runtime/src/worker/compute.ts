import type { NativeContext, Row } from '../native/context.js';
import type { ComputeTurn } from './compute-turn.js';
import { ThreadPace, type Work } from './thread-pace.js';

/** Below this many parameters a second thread gains a quarter per token at best, and loses a hundredfold on busy cores. */
const SMALL_MODEL = 1e9;

/**
 * Runs a context's computations, in turn with the other models. Prompts and texts are evaluated on as many threads
 * as pay at the moment: their result doesn't depend on it. A reply's tokens are always evaluated on the same number,
 * because attention over a long context is summed thread by thread there, and the same seed must give the same text.
 */
export class Compute {
  readonly #turn: ComputeTurn;
  readonly #pace: ThreadPace;
  readonly #replyThreads: number;

  constructor(turn: ComputeTurn, threads: number, parameters: number) {
    this.#turn = turn;
    this.#pace = new ThreadPace(threads);
    this.#replyThreads = parameters < SMALL_MODEL ? 1 : threads;
  }

  /** Evaluates the next tokens of a prompt, from `position` of a sequence on. */
  prompt(context: NativeContext, sequence: number, position: number, tokens: Int32Array): void {
    // One token is attended to as in a reply.
    if (tokens.length === 1) this.reply(context, { sequence, position, token: tokens[0]! });
    else this.#paced(context, 'block', tokens.length, () => context.decode(sequence, position, tokens));
  }

  /** Evaluates a token of a reply. */
  reply(context: NativeContext, { sequence, position, token }: Row): void {
    this.#onReplyThreads(context, () => context.decode(sequence, position, Int32Array.of(token)));
  }

  /** Evaluates a token each of several replies, or several of one. */
  replies(context: NativeContext, rows: readonly Row[]): void {
    this.#onReplyThreads(context, () => context.decodeTogether(rows));
  }

  /** Pooled embedding of `tokens`. */
  embed(context: NativeContext, tokens: Int32Array): Float32Array {
    this.probe(context, () => context.embed(tokens.subarray(0, 1)));
    return this.#paced(context, 'block', tokens.length, () => context.embed(tokens));
  }

  /** Finds out how busy the cores are, where that is due, by computing one token once on one thread, once on all. */
  probe(context: NativeContext, computeToken: () => void): void {
    for (let round = 0; round < 2 && this.#pace.wantsProbe(performance.now()); round += 1) {
      this.#paced(context, 'token', 1, computeToken);
    }
  }

  #onReplyThreads(context: NativeContext, compute: () => void): void {
    this.#turn.take(() => {
      context.setThreads(this.#replyThreads);
      compute();
    });
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
