/** So many holders at a time, in order of arrival. Whoever gives up while waiting leaves no gap. */
export class Fifo {
  readonly #places: number;
  #held = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places = 1) {
    this.#places = places;
  }

  /** How many hold or wait. */
  get depth(): number {
    return this.#waiting.length + this.#held;
  }

  /** Runs `work` when its turn has come. Rejects with the signal's reason where that aborts first. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#held < this.#places) {
      this.#held += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(enter);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held -= 1;
  }
}
