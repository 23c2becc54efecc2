/** A number of rows is tried together this often in a row, so that one interruption does not decide. */
const TRIES = 3;
/** What was measured holds for this long: the machine may be less busy then, or more. */
const HOLDS_MS = 30_000;

/** The fastest of a time, in ms a token: what is slower was interrupted by other processes. */
type Seen = { ms: number; tries: number; until: number };

/**
 * What rows evaluated in one go cost, and so whether the next tokens of several replies are evaluated together or one
 * after the other. Together the weights are read once for all, which is what a large model's token costs; yet a small
 * one's vocabulary can cost more together than apart (Gemma 3 270M on AVX-512: 10 ms alone, 36 for two, 69 for eight).
 * So it is measured.
 */
export class BatchPace {
  readonly #byRows = new Map<number, Seen>();

  /** Whether to evaluate `rows` tokens together at `now` (ms). */
  choose(rows: number, now: number): boolean {
    const alone = this.#byRows.get(1);
    if (rows < 2 || !alone) return false;
    const together = this.#byRows.get(rows);
    if (!together || together.tries < TRIES || now >= together.until) return true;
    return together.ms < alone.ms;
  }

  /** So many evaluations of one row take as long as one of `rows`; undefined where that wasn't measured lately. */
  cost(rows: number, now: number): number | undefined {
    const [alone, together] = [this.#byRows.get(1), this.#byRows.get(rows)];
    if (!alone || !together || together.tries < TRIES || now >= together.until) return undefined;
    return (rows * together.ms) / alone.ms;
  }

  /** Notes that evaluating `rows` tokens in one go took `ms` and ended at `now`. */
  note(rows: number, ms: number, now: number): void {
    const each = ms / rows;
    const seen = this.#byRows.get(rows);
    if (!seen || now >= seen.until) this.#byRows.set(rows, { ms: each, tries: 1, until: now + HOLDS_MS });
    else this.#byRows.set(rows, { ms: Math.min(seen.ms, each), tries: seen.tries + 1, until: seen.until });
  }
}
