/** A number of rows is tried together this often in a row, so that one interruption does not decide. */
const TRIES = 3;
/** And tried anew after this long: the machine may be less busy, or more. */
const RETRY_MS = 30_000;
/** Weight of the newest token evaluated alone. */
const WEIGHT = 0.2;

type Seen = { ms: number; tries: number; until: number };

/**
 * Whether the next tokens of several replies are evaluated together or one after the other. Together the weights are
 * read once for all, which is what a large model's token costs; yet a small one's vocabulary can cost more together
 * than apart (Gemma 3 270M on AVX-512: 10 ms alone, 36 for two, 69 for eight). So it is measured.
 */
export class BatchPace {
  #alone: number | undefined;
  readonly #together = new Map<number, Seen>();

  /** Whether to evaluate `rows` tokens together at `now` (ms). */
  choose(rows: number, now: number): boolean {
    if (rows < 2 || this.#alone === undefined) return false;
    const seen = this.#together.get(rows);
    if (!seen || seen.tries < TRIES || now >= seen.until) return true;
    return seen.ms < this.#alone;
  }

  /** Notes that evaluating `rows` tokens in one go took `ms` and ended at `now`. */
  note(rows: number, ms: number, now: number): void {
    const each = ms / rows;
    if (rows === 1) {
      this.#alone = this.#alone === undefined ? each : this.#alone + WEIGHT * (each - this.#alone);
      return;
    }
    const seen = this.#together.get(rows);
    const fresh = !seen || now >= seen.until;
    this.#together.set(rows, { ms: fresh ? each : Math.min(seen.ms, each), tries: fresh ? 1 : seen.tries + 1, until: fresh ? now + RETRY_MS : seen.until });
  }
}
