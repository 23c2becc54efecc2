import { MODEL_RETRY, type ModelCall, type ModelRole, type Route } from '#contracts';

/** How a call that a paused gate refused would go, as its turn was planned. */
export type Refused = { route: Route; role: ModelRole | undefined; /** It waits for the runtime that can steer it. */ steered: boolean; priority: number };

/** Calls that come again in a second, of all that wait: more than a local runtime answers. */
const PACE = 10;
const LONGEST_MS = 30_000;
/** Calls that come at once when a runtime fails come apart by this share. */
const SPREAD = 0.2;
const MOST_CALLS = 10_000;

/**
 * The calls that a paused gate refused, while they wait for their next try. One that comes again is refused without its
 * turn being opened and planned anew, and the more wait the later each comes, so that what waiting costs does not grow
 * with how many wait (docs/decisions/0169). A process that knows nothing of a call opens it.
 */
export class RefusedCalls {
  /** The one that was refused last stands last. */
  readonly #calls = new Map<string, Refused & { at: number }>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly random: () => number = Math.random,
  ) {}

  note(call: ModelCall, refused: Refused): void {
    const key = keyOf(call);
    this.#calls.delete(key);
    this.#calls.set(key, { ...refused, at: this.now() });
    if (this.#calls.size > MOST_CALLS) this.#calls.delete(this.#calls.keys().next().value!);
  }

  find(call: ModelCall): Refused | null {
    return this.#calls.get(keyOf(call)) ?? null;
  }

  forget(call: ModelCall): void {
    this.#calls.delete(keyOf(call));
  }

  /** Milliseconds until the call's next try: Temporal's own back-off, or later where many wait that are as urgent. `delivery` counts from 1. */
  retryAfterMs(priority: number, delivery: number): number {
    this.#dropStale();
    const waiting = [...this.#calls.values()].filter((other) => other.priority <= priority).length;
    const backoff = Math.min(MODEL_RETRY.firstMs * MODEL_RETRY.factor ** (delivery - 1), MODEL_RETRY.longestMs);
    const ms = Math.min(Math.max(backoff, (waiting * 1_000) / PACE), LONGEST_MS);
    return Math.round(ms * (1 + SPREAD * (this.random() - 0.5)));
  }

  /** Calls of runs that ended or went elsewhere never come again. */
  #dropStale(): void {
    for (const [key, { at }] of this.#calls) {
      if (this.now() - at < 2 * LONGEST_MS) return;
      this.#calls.delete(key);
    }
  }
}

const keyOf = ({ runId, step, attempt }: ModelCall): string => `${runId}/${step}/${attempt}`;
