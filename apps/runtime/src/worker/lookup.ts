/** Rows evaluated in one go: the pending token and its proposals. Fewer cost nearly as much, more come true too seldom. */
export const ROWS = 16;
/**
 * Tokens that must come of one go for it to pay, where that was not measured or must not matter: an evaluation of
 * sixteen rows takes as long as nine of one with Gemma 3 270M on one thread, and less with larger models.
 */
export const USUAL_WORTH = 9;

/** A place is found again by so many tokens that are the same. */
const FOUND_BY = 3;
/** Earlier places that are compared, latest first. */
const COMPARED = 16;
/** Tokens compared backwards at each. */
const LONGEST = 32;
/** Above any vocabulary, so that two tokens make one key. */
const PAIR = 2 ** 22;

/**
 * Guesses what a reply says next from what stands in its prompt or in itself already (prompt lookup decoding,
 * https://github.com/apoorvumang/prompt-lookup-decoding). It follows one earlier place, token by token, and counts how
 * often that was right; what it proposes depends on the tokens alone.
 */
export class Lookup {
  readonly #tokens: Int32Array;
  /** For each place the one before that ends with the same two tokens, or -1. */
  readonly #before: Int32Array;
  readonly #latest = new Map<number, number>();
  #length = 0;
  #written = 0;
  /** Place of the token that is expected next, or -1. */
  #next = -1;
  #hits = 0;
  #strictness = 1;

  /** `room`: tokens of prompt and reply at most. */
  constructor(prompt: Int32Array, room: number) {
    this.#tokens = new Int32Array(Math.max(room, prompt.length));
    this.#before = new Int32Array(this.#tokens.length).fill(-1);
    for (const token of prompt) this.#push(token);
  }

  /** Notes a token of the reply. A miss leaves a quarter of what was counted: a word changed in a long quotation does not end it, and short pieces never add up. */
  accept(token: number): void {
    const isHit = this.#next >= 0 && this.#tokens[this.#next] === token;
    this.#push(token);
    this.#written += 1;
    this.#hits = isHit ? this.#hits + 1 : this.#hits >> 2;
    if (this.#next >= 0) this.#next += 1;
    if (!isHit) this.#find();
  }

  /** Whether enough came true lately that a go of `ROWS` may be expected to bring `worth` tokens. */
  expects(worth: number): boolean {
    return this.#next >= 0 && worth < ROWS && this.#hits >= worth * this.#strictness;
  }

  /** The `ROWS` - 1 tokens that are expected next. Beyond the last token it goes on with what it proposes itself. */
  propose(): Int32Array {
    const proposal = new Int32Array(ROWS - 1);
    for (let i = 0; i < proposal.length; i += 1) {
      const place = this.#next + i;
      proposal[i] = place < this.#length ? this.#tokens[place]! : proposal[place - this.#length]!;
    }
    return proposal;
  }

  /** Notes that a go brought `gained` tokens where `worth` would have paid. Each that didn't pay asks for twice the hits before the next. */
  note(gained: number, worth: number): void {
    this.#strictness = gained < worth ? this.#strictness * 2 : Math.max(1, this.#strictness / 2);
  }

  #push(token: number): void {
    const place = this.#length;
    this.#tokens[place] = token;
    this.#length += 1;
    if (place === 0) return;
    const pair = this.#tokens[place - 1]! * PAIR + token;
    this.#before[place] = this.#latest.get(pair) ?? -1;
    this.#latest.set(pair, place);
  }

  /** Goes to the earlier place that agrees longest with the last tokens; where there is none it stays in step. */
  #find(): void {
    let longest = FOUND_BY - 1;
    let place = this.#before[this.#length - 1]!;
    for (let i = 0; i < COMPARED && place >= 0; i += 1, place = this.#before[place]!) {
      const same = this.#sameBefore(place);
      if (same <= longest) continue;
      longest = same;
      this.#next = place + 1;
    }
    if (longest >= FOUND_BY) this.#hits = Math.max(this.#hits, Math.min(longest, this.#written));
  }

  /** How many tokens up to `place` are the same as the last ones. */
  #sameBefore(place: number): number {
    let same = 0;
    while (same < LONGEST && same <= place && this.#tokens[place - same] === this.#tokens[this.#length - 1 - same]) same += 1;
    return same;
  }
}
