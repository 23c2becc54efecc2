/** A computation this many times slower than the fastest of its size means that the cores are wanted by others. */
const CROWDED = 3;
const PROBE_AT_LEAST_MS = 1000;
/** A probe may cost this share of the time until the next one. */
const PROBE_SHARE = 1 / 30;

/** What is computed: a single token, which is cheap enough to try things on, or many. */
export type Work = 'token' | 'block';

/**
 * How many threads to compute on: all of them while the cores are free, one while they are shared. llama.cpp's
 * threads spin at barriers, so that with other busy processes two threads on two cores took 300 to 1,400 ms
 * a token where one took 50 to 70. Which it is can only be measured: all threads are tried again from time to time,
 * on a single token. The number of threads doesn't change the result (flash attention, which would, is off).
 */
export class ThreadPace {
  readonly #most: number;
  #isWide = false;
  readonly #fastestWide: Record<Work, number> = { token: Infinity, block: Infinity };
  #narrowToken: number | undefined;
  #probeAt = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether single tokens are wanted at `now` (ms) to find out how busy the cores are. */
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
    if (threads > 1) return this.#isWide ? this.#noteWide(work, ms, now) : this.#noteProbe(ms, now);
    if (work === 'token') this.#narrowToken = this.#narrowToken === undefined ? ms : 0.7 * this.#narrowToken + 0.3 * ms;
  }

  #noteWide(work: Work, ms: number, now: number): void {
    this.#fastestWide[work] = Math.min(this.#fastestWide[work], ms);
    if (ms < CROWDED * this.#fastestWide[work]) return;
    this.#isWide = false;
    this.#delayProbe(ms, now);
  }

  #noteProbe(ms: number, now: number): void {
    this.#isWide = ms < this.#narrowToken!;
    this.#fastestWide.token = ms;
    if (!this.#isWide) this.#delayProbe(ms, now);
  }

  #delayProbe(ms: number, now: number): void {
    this.#probeAt = now + Math.max(PROBE_AT_LEAST_MS, ms / PROBE_SHARE);
  }
}
