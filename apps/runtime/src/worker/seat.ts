import type { NativeContext, Row } from '../native/context.js';
import type { ResidualTap } from '../native/residual-tap.js';
import type { AxisWatch } from './axis-watch.js';
import type { Compute } from './compute.js';
import { BLOCK, PromptCache } from './prompt-cache.js';

/** A sequence of a context with what it holds. Steered requests have a context of their own: they share no evaluated prompt. */
export class Seat {
  readonly context: NativeContext;
  readonly tap: ResidualTap | undefined;
  /** Whether a request sits here. */
  taken = false;
  readonly #sequence: number;
  readonly #compute: Compute;
  readonly #cache = new PromptCache();
  readonly #spare: number;
  #length = 0;

  /** `spare`: a token to measure the pace with. */
  constructor(context: NativeContext, sequence: number, compute: Compute, spare: number, tap?: ResidualTap) {
    this.context = context;
    this.tap = tap;
    this.#sequence = sequence;
    this.#compute = compute;
    this.#spare = spare;
  }

  /** How much of `prompt` is evaluated here already. */
  reusable(prompt: Int32Array): number {
    return this.tap ? 0 : this.#cache.reusable(prompt);
  }

  /** Tokens of the last prompt that a request here left for the next one. */
  get kept(): number {
    return this.#cache.length;
  }

  /** Keeps what `prompt` shares with the one before, and drops the rest. Answers how much is kept. */
  begin(prompt: Int32Array): number {
    const reusable = this.reusable(prompt);
    this.#length = this.context.truncate(this.#sequence, reusable) ? reusable : 0;
    this.#probe();
    return this.#length;
  }

  /** Evaluates the next block of `prompt`, short enough that a cancel gets in. Answers whether that was the last. */
  read(prompt: Int32Array, watch: AxisWatch | undefined): boolean {
    const end = Math.min(prompt.length, this.#length + BLOCK);
    const isLast = end === prompt.length;
    const block = prompt.subarray(this.#length, end);
    const decode = (): void => this.#compute.prompt(this.context, this.#sequence, this.#length, block);
    this.#cache.clear();
    // Only the block that ends the prompt decides a token; what comes before is read by nobody and left alone.
    if (isLast) this.watched(watch, decode);
    else decode();
    this.#length = end;
    this.#cache.holds(prompt.slice(0, end));
    return isLast;
  }

  /** Evaluates one token of a reply. */
  reply(token: number, watch: AxisWatch | undefined): void {
    this.watched(watch, () => this.#compute.reply(this.context, this.row(token)));
    this.advance();
  }

  /** Evaluates a reply's next tokens in one go; each is kept once `advance` was called for it, and until `rewind`. */
  ahead(tokens: readonly number[]): void {
    this.#compute.replies(this.context, tokens.map((token, i) => ({ sequence: this.#sequence, position: this.#length + i, token })));
  }

  /** Drops what was evaluated beyond the tokens that are kept. */
  rewind(): void {
    this.context.truncate(this.#sequence, this.#length);
  }

  /** Whether so many tokens more fit. */
  hasRoom(tokens: number): boolean {
    return this.#length + tokens <= this.context.size;
  }

  /** Evaluates tokens without a reply, as many as a batch takes. */
  append(tokens: Int32Array): void {
    this.context.decode(this.#sequence, this.#length, tokens);
    this.#length += tokens.length;
  }

  /** A token at the next place. */
  row(token: number): Row {
    return { sequence: this.#sequence, position: this.#length, token };
  }

  /** Notes that the next place was filled. */
  advance(): void {
    this.#length += 1;
  }

  /** A fresh process's first tokens fault the weights in and tell how busy the cores are. */
  warmUp(): void {
    this.#compute.reply(this.context, this.row(this.#spare));
    this.context.truncate(this.#sequence, 0);
    this.#probe();
  }

  watched(watch: AxisWatch | undefined, decode: () => void): void {
    if (!watch || !this.tap) return decode();
    this.tap.during(watch.layers, (layer, rows) => watch.read(layer, rows), decode);
    watch.endToken();
  }

  /** Lets the pace be measured with a token that isn't kept. */
  #probe(): void {
    this.#compute.probe(this.context, () => {
      this.context.decode(this.#sequence, this.#length, Int32Array.of(this.#spare));
      this.context.truncate(this.#sequence, this.#length);
    });
  }
}
