/** A block this many times slower than the fastest means that the cores are wanted by others. */
const CROWDED = 3;
const PROBE_AT_LEAST_MS = 1000;
/** A probe may cost this share of the time until the next one. */
const PROBE_SHARE = 1 / 30;

/** What is computed: a single token to find out how busy the cores are, or a block of a prompt. */
export type Work = 'token' | 'block';

/**
 * How many threads to compute on: all of them while the cores are free, one while they are shared. llama.cpp's
 * threads spin at barriers, so that with other busy processes two threads on two cores took 300 to 1,400 ms
 * a token where one took 50 to 70. Which it is can only be measured: while one thread is used, all are tried from
 * time to time, on a single token.
 */
export class ThreadPace {
  readonly #most: number;
  #isWide = false;
  #fastestWide = Infinity;
  #narrowToken: number | undefined;
  #probeAt = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether single tokens are wanted at `now` (ms): a pair, the first on one thread and the second on all. */
  wantsProbe(now: number): boolean {
    return this.#most > 1 && !this.#isWide && now >= this.#probeAt;
  }

  /** Threads for a computation that starts at `now` (ms). */
  choose(work: Work, now: number): number {
    if (this.#isWide) return this.#most;
    return work === 'token' && this.#narrowToken !== undefined && this.wantsProbe(now) ? this.#most : 1;
  }

  /** Notes that a computation on `threads` took `ms` a token and ended at `now`. */
  note(work: Work, threads: number, ms: number, now: number): void {
    if (this.#most === 1) return;
    if (threads > 1) return work === 'token' ? this.#noteProbe(ms, now) : this.#noteWide(ms, now);
    if (work === 'token') this.#narrowToken = ms;
  }

  #noteWide(ms: number, now: number): void {
    this.#fastestWide = Math.min(this.#fastestWide, ms);
    if (ms < CROWDED * this.#fastestWide) return;
    this.#isWide = false;
    this.#delayProbe(ms, now);
  }

  #noteProbe(ms: number, now: number): void {
    this.#isWide = ms < this.#narrowToken!;
    this.#narrowToken = undefined;
    if (!this.#isWide) this.#delayProbe(ms, now);
  }

  #delayProbe(ms: number, now: number): void {
    this.#probeAt = now + Math.max(PROBE_AT_LEAST_MS, ms / PROBE_SHARE);
  }
}
