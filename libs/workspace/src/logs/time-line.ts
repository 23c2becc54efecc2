export type TimeBucket = { from: string; seconds: number; count: number };

const MAX_BUCKETS = 48;
const STAMP = /(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)/;

/** Counts over time in a bounded number of buckets: where there are too many, they become twice as long. */
export class TimeLine {
  #seconds = 1;
  #counts = new Map<number, number>();

  add(line: string): void {
    const match = STAMP.exec(line);
    if (!match) return;
    const [, y, mo, d, h, mi, s] = match.map(Number) as [number, number, number, number, number, number, number];
    const at = Math.floor(Date.UTC(y, mo - 1, d, h, mi, s) / 1_000);
    this.#count(Math.floor(at / this.#seconds), 1);
    while (this.#counts.size > MAX_BUCKETS) this.#widen();
  }

  /** As the log wrote the times, whatever zone it meant. */
  buckets(): TimeBucket[] {
    return [...this.#counts].sort((a, b) => a[0] - b[0]).map(([n, count]) => ({ from: new Date(n * this.#seconds * 1_000).toISOString().slice(0, 19), seconds: this.#seconds, count }));
  }

  #widen(): void {
    const before = this.#counts;
    this.#seconds *= 2;
    this.#counts = new Map();
    for (const [n, count] of before) this.#count(Math.floor(n / 2), count);
  }

  #count(bucket: number, more: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + more);
  }
}
