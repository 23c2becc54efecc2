/** One call's wish for the runtime. `priority` as Temporal has it: 1 is first. */
export type SlotWish = {
  model: string;
  priority: number;
  signal: AbortSignal;
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
};

export const SLOT_BOUNDS: SlotBounds = { maxStreak: 8, maxWaitMs: 20_000 };

type Waiter = SlotWish & { since: number; start: () => void };

/**
 * The slots that a runtime really has, shared by the queues of all its models. Interactive calls go before scheduled
 * ones; of one priority, calls for the model that is loaded go first, since a swap takes seconds, until the bounds say
 * that it is another model's turn.
 */
export class SharedSlots {
  private readonly waiting: Waiter[] = [];
  private busy = 0;
  private loaded: string | null = null;
  private streak = 0;
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

  /** Runs `work` once it has a slot; rejects with the signal's reason where that comes first. What yields has to listen to the signal that it is given. */
  async use<T>(wish: SlotWish, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    await this.acquire(wish);
    const ended = new AbortController();
    if (wish.yields) this.yielding.push(ended);
    try {
      // Somebody may have come between the slot and this line.
      if (wish.yields && this.waiting.some(({ yields }) => !yields)) ended.abort();
      ended.signal.throwIfAborted();
      return await work(wish.yields ? AbortSignal.any([wish.signal, ended.signal]) : wish.signal);
    } catch (error) {
      throw ended.signal.aborted ? new SlotYielded('The slot was given to another call.', { cause: error }) : error;
    } finally {
      if (wish.yields) this.forget(ended);
      this.busy--;
      this.next();
    }
  }

  private forget(ended: AbortController): void {
    const at = this.yielding.indexOf(ended);
    if (at >= 0) this.yielding.splice(at, 1);
  }

  private acquire(wish: SlotWish): Promise<void> {
    return new Promise((resolve, reject) => {
      wish.signal.throwIfAborted();
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(wish.signal.reason as Error);
      };
      const waiter: Waiter = {
        ...wish,
        since: this.now(),
        start: () => {
          wish.signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      wish.signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(waiter);
      this.next();
      if (!wish.yields && this.waiting.includes(waiter)) this.yielding.pop()?.abort();
    });
  }

  private next(): void {
    while (this.busy < this.count && this.waiting.length > 0) {
      const waiter = this.choose();
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      this.streak = waiter.model === this.loaded ? this.streak + 1 : 1;
      this.loaded = waiter.model;
      this.busy++;
      waiter.start();
    }
  }

  private choose(): Waiter {
    const first = Math.min(...this.waiting.map(({ priority }) => priority));
    const candidates = this.waiting.filter(({ priority }) => priority === first);
    const oldest = candidates[0]!;
    const overdue = this.streak >= this.bounds.maxStreak || this.now() - oldest.since >= this.bounds.maxWaitMs;
    return overdue ? (candidates.find(({ model }) => model !== this.loaded) ?? oldest) : (candidates.find(({ model }) => model === this.loaded) ?? oldest);
  }
}
