/** Turns token bytes into text that may be shown: whole characters, and nothing that could be the start of a stop text. */
export class ReplyText {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #stops: readonly string[];
  #held = '';
  #stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop.length > 0);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Text that `bytes` made certain, possibly empty. After a stop text nothing more comes. */
  push(bytes: Uint8Array): string {
    if (this.#stopped) return '';
    this.#held += this.#decoder.decode(bytes, { stream: true });
    const cut = earliest(this.#held, this.#stops);
    if (cut >= 0) {
      this.#stopped = true;
      return this.#release(cut);
    }
    return this.#release(this.#held.length - possibleStopStart(this.#held, this.#stops));
  }

  /** What was still held back when the reply ended. An unfinished character is dropped. */
  end(): string {
    return this.#stopped ? '' : this.#release(this.#held.length);
  }

  #release(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text;
  }
}

function earliest(text: string, stops: readonly string[]): number {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : -1;
}

/** Length of the longest end of `text` that a stop text starts with. */
function possibleStopStart(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const end = text.slice(text.length - length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}
