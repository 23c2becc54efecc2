const BURST_SECONDS = 10;
const MOST_BUCKETS = 10_000;

type Bucket = { left: number; at: number };

/**
 * A bucket for each caller that fills steadily and holds ten seconds' worth. Of this process alone: two of them let
 * through twice as much.
 */
export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Takes one request out. @returns 0, or the seconds after which there will be room for it again */
  take(caller: string, perSecond: number): number {
    if (perSecond <= 0) return 0;
    const now = this.now();
    const full = Math.max(1, perSecond * BURST_SECONDS);
    const found = this.buckets.get(caller);
    const left = found ? Math.min(full, found.left + ((now - found.at) / 1_000) * perSecond) : full;
    const granted = left >= 1;
    this.buckets.delete(caller);
    this.buckets.set(caller, { left: granted ? left - 1 : left, at: now });
    // The one that asked the longest time ago is full again, or near to it.
    if (this.buckets.size > MOST_BUCKETS) this.buckets.delete(this.buckets.keys().next().value!);
    return granted ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond));
  }
}
