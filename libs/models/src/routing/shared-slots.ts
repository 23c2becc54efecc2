/** One call's wish for the runtime. `priority` as Temporal has it: 1 is first. */
export type SlotWish = {
  model: string;
  priority: number;
  signal: AbortSignal;
  /** Ends the wish, and no call that has its slot. */
  gone?: AbortSignal;
  /** Gives its slot back when a call waits that does not yield. */
  yields?: boolean;
};

/** Why a call that yields was ended: it may be made again. */
export class SlotYielded extends Error {
  override readonly name = 'SlotYielded';
}

export type SlotBounds = {
  /** Calls of the loaded model that may go before an older one of another. */
  maxStreak: number;
  /** Milliseconds that a call of another model waits at the most for the loaded one's. */
  maxWaitMs: number;
  /** Milliseconds that a free slot is kept at the most for the loaded model's next call. */
  maxIdleMs: number;
};

export const SLOT_BOUNDS: SlotBounds = { maxStreak: 8, maxWaitMs: 20_000, maxIdleMs: 500 };

/** Of a swap's cost, so much is waited to save it. */
const IDLE_SHARE = 0.25;
/** Taken for a swap's cost until one was measured. */
const USUAL_SWAP_MS = 2_000;

type Waiter = SlotWish & { since: number; start: (isSwap: boolean) => void };

/**
 * The slots that a runtime really has, shared by the queues of all its models. Interactive calls go before scheduled
 * ones; of one priority, calls for the model that is loaded go first, since a swap takes seconds, until the bounds say
 * that it is another model's turn. A queue's next call comes a moment after its last one has ended, so before a swap a
 * free slot waits that moment: a share of what the last swap cost, and not at all where models fit side by side.
 */
export class SharedSlots {
  private readonly waiting: Waiter[] = [];
  private busy = 0;
  private loaded: SlotWish | null = null;
  private streak = 0;
  private freeSince = -Infinity;
  private swapMs = USUAL_SWAP_MS;
  private holding: NodeJS.Timeout | undefined;
  /** Ends a running call that yields; the newest last. */
  private readonly yielding: AbortController[] = [];

  constructor(
    private readonly count: number,
    private readonly bounds: SlotBounds = SLOT_BOUNDS,
    private readonly now: () => number = Date.now,
  ) {}

  get inUse(): number {
    return this.busy;
  }

  get queued(): number {
    return this.waiting.length;
  }

  /**
   * Runs `work` once it has a slot; rejects with the signal's reason where that comes first. What yields has to listen
   * to the signal that it is given. `loadMs` reads from the result how long the model took to load, where the runtime
   * tells.
   */
  async use<T>(wish: SlotWish, work: (signal: AbortSignal) => Promise<T>, loadMs?: (result: T) => number | undefined): Promise<T> {
    const isSwap = await this.acquire(wish);
    const ended = new AbortController();
    if (wish.yields) this.yielding.push(ended);
    try {
      // Somebody may have come between the slot and this line.
      if (wish.yields && this.waiting.some(({ yields }) => !yields)) ended.abort();
      ended.signal.throwIfAborted();
      const result = await work(wish.yields ? AbortSignal.any([wish.signal, ended.signal]) : wish.signal);
      if (isSwap) this.swapMs = loadMs?.(result) ?? this.swapMs;
      return result;
    } catch (error) {
      throw ended.signal.aborted ? new SlotYielded('The slot was given to another call.', { cause: error }) : error;
    } finally {
      if (wish.yields) this.forget(ended);
      this.busy--;
      this.freeSince = this.now();
      this.next();
    }
  }

  private forget(ended: AbortController): void {
    const at = this.yielding.indexOf(ended);
    if (at >= 0) this.yielding.splice(at, 1);
  }

  private acquire(wish: SlotWish): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const ends = [wish.signal, ...(wish.gone ? [wish.gone] : [])];
      for (const end of ends) end.throwIfAborted();
      const leave = ({ target }: Event): void => {
        stopListening();
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject((target as AbortSignal).reason as Error);
      };
      const stopListening = (): void => ends.forEach((end) => end.removeEventListener('abort', leave));
      const waiter: Waiter = {
        ...wish,
        since: this.now(),
        start: (isSwap) => {
          stopListening();
          resolve(isSwap);
        },
      };
      for (const end of ends) end.addEventListener('abort', leave);
      this.waiting.push(waiter);
      this.next();
      if (!wish.yields && this.waiting.includes(waiter)) this.yielding.pop()?.abort();
    });
  }

  private next(): void {
    clearTimeout(this.holding);
    while (this.busy < this.count && this.waiting.length > 0) {
      const { waiter, isDue } = this.choose();
      const isSwap = this.loaded !== null && waiter.model !== this.loaded.model;
      const idle = isSwap && !isDue ? this.idleLeft(waiter) : 0;
      if (idle > 0) {
        this.holding = setTimeout(() => this.next(), idle);
        return;
      }
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      this.streak = waiter.model === this.loaded?.model ? this.streak + 1 : 1;
      this.loaded = waiter;
      this.busy++;
      waiter.start(isSwap);
    }
  }

  /** Milliseconds that a slot is kept yet for the loaded model's next call; none for the sake of less urgent work. */
  private idleLeft(waiter: Waiter): number {
    if (waiter.priority < this.loaded!.priority) return 0;
    return this.freeSince + Math.min(this.bounds.maxIdleMs, this.swapMs * IDLE_SHARE) - this.now();
  }

  /** `isDue`: the loaded model had its share. */
  private choose(): { waiter: Waiter; isDue: boolean } {
    const first = Math.min(...this.waiting.map(({ priority }) => priority));
    const candidates = this.waiting.filter(({ priority }) => priority === first);
    const oldest = candidates[0]!;
    const isLoaded = ({ model }: Waiter): boolean => model === this.loaded?.model;
    const isDue = this.streak >= this.bounds.maxStreak || this.now() - oldest.since >= this.bounds.maxWaitMs;
    const waiter = isDue ? candidates.find((c) => !isLoaded(c)) : candidates.find(isLoaded);
    return { waiter: waiter ?? oldest, isDue };
  }
}
