import type { NativeContext } from '../native/context.js';
import type { ResidualTap } from '../native/residual-tap.js';
import type { AxisWatch } from './axis-watch.js';
import type { Compute } from './compute.js';
import { BLOCK, PromptCache } from './prompt-cache.js';

/** A context with what it holds. Plain requests have one, steered requests another: they share no evaluated prompt. */
export class Seat {
  readonly context: NativeContext;
  readonly tap: ResidualTap | undefined;
  readonly #compute: Compute;
  readonly #cache = new PromptCache();
  readonly #spare: number;

  /** `spare`: a token to measure the pace with. */
  constructor(context: NativeContext, compute: Compute, spare: number, tap?: ResidualTap) {
    this.context = context;
    this.tap = tap;
    this.#compute = compute;
    this.#spare = spare;
  }

  /** Brings the context to hold exactly `prompt`, block by block so that a cancel gets in. Answers how much was reused. */
  evaluate(prompt: Int32Array, watch: AxisWatch | undefined, isCancelled: () => boolean): number {
    const reusable = this.tap ? 0 : this.#cache.reusable(prompt);
    const start = this.context.truncate(reusable) ? reusable : 0;
    this.#probe(start);
    for (let at = start; at < prompt.length && !isCancelled(); at += BLOCK) {
      const end = Math.min(prompt.length, at + BLOCK);
      this.#cache.clear();
      const block = prompt.subarray(at, end);
      // Only the block that ends the prompt decides a token; what comes before is read by nobody and left alone.
      if (end === prompt.length) this.watched(watch, () => this.#compute.prompt(this.context, block));
      else this.#compute.prompt(this.context, block);
      this.#cache.holds(prompt.slice(0, end));
    }
    return start;
  }

  /** Evaluates one token of a reply. */
  reply(token: number, watch: AxisWatch | undefined): void {
    this.watched(watch, () => this.#compute.reply(this.context, Int32Array.of(token)));
  }

  /** A fresh process's first tokens fault the weights in and tell how busy the cores are. */
  warmUp(): void {
    this.#compute.reply(this.context, Int32Array.of(this.#spare));
    this.context.truncate(0);
    this.#probe(0);
  }

  watched(watch: AxisWatch | undefined, decode: () => void): void {
    if (!watch || !this.tap) return decode();
    this.tap.during(watch.layers, (layer, rows) => watch.read(layer, rows), decode);
    watch.endToken();
  }

  /** Lets the pace be measured with a token that isn't kept; the context holds `length` tokens before and after. */
  #probe(length: number): void {
    this.#compute.probe(this.context, () => {
      this.context.decode(Int32Array.of(this.#spare));
      this.context.truncate(length);
    });
  }
}
