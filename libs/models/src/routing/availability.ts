import { HoldfastError } from '#contracts';

/** Between two questions to a runtime that is down. */
const ASK_EVERY_MS = 1_000;
/** What a runtime fails with that is not there, or hangs. */
const DOWN = new Set(['runtime_unavailable', 'runtime_stalled']);

/**
 * Whether a runtime answers at all. After a call that failed it is asked; while it is down its gate is paused: calls
 * that wait for their turn are let go, later ones are refused at once, and one a second asks again.
 */
export class Availability {
  #down: HoldfastError | null = null;
  #gone = new AbortController();
  #asking: Promise<void> | null = null;
  #askedAt = -Infinity;

  /** `ask`: a question that a runtime which works answers quickly, whatever models it has. */
  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly now: () => number = Date.now,
  ) {}

  get isDown(): boolean {
    return this.#down !== null;
  }

  /** Aborted, with the reason, when the runtime turns out to be down. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Asks a runtime that was down, where that is due. @throws HoldfastError `runtime_unavailable`, `runtime_stalled` while it is. */
  async assertUp(): Promise<void> {
    if (this.#down && !this.#asking && this.now() - this.#askedAt >= ASK_EVERY_MS) await this.#find();
    if (this.#down) throw this.#down;
  }

  /** A call failed: finds out whether the runtime is down. */
  async doubt(error: unknown): Promise<void> {
    if (isDown(error) && !this.#down) await (this.#asking ?? this.#find());
  }

  #find(): Promise<void> {
    this.#askedAt = this.now();
    this.#asking = this.ask()
      .then(
        () => this.#set(null),
        (error: unknown) => this.#set(isDown(error) ? error : null),
      )
      .finally(() => (this.#asking = null));
    return this.#asking;
  }

  #set(down: HoldfastError | null): void {
    this.#down = down;
    if (down) this.#gone.abort(down);
    else if (this.#gone.signal.aborted) this.#gone = new AbortController();
  }
}

const isDown = (error: unknown): error is HoldfastError => error instanceof HoldfastError && DOWN.has(error.code);
