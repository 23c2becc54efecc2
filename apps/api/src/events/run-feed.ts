import type { ChunkPlace, FeedPage } from '#store';

/** Most positions whose reads are kept between two wakes. */
const KEPT_READS = 16;

/**
 * What one run's readers share: a mark that moves when there may be something new, and the reads made since. Readers
 * at the same place get the same read, so a hundred of them cost the database what one does.
 */
export class RunFeed {
  private generation = 0;
  private readonly waiting = new Set<() => void>();
  private readonly reads = new Map<string, Promise<FeedPage>>();
  /** Newest event that was read. */
  lastSeen = 0;

  constructor(private readonly load: (after: number, place: ChunkPlace | null) => Promise<FeedPage>) {}

  /** Where the feed stands; taken before a read, so that a wake during the read is not lost. */
  get mark(): number {
    return this.generation;
  }

  /** Says that there may be something new. */
  wake(): void {
    this.generation++;
    this.reads.clear();
    for (const go of this.waiting) go();
    this.waiting.clear();
  }

  read(after: number, place: ChunkPlace | null): Promise<FeedPage> {
    const key = JSON.stringify([after, place]);
    const known = this.reads.get(key);
    if (known) return known;
    const read = this.load(after, place).then((page) => {
      this.lastSeen = Math.max(this.lastSeen, page.events.at(-1)?.seq ?? after);
      return page;
    });
    if (this.reads.size >= KEPT_READS) this.reads.delete(this.reads.keys().next().value as string);
    this.reads.set(key, read);
    read.catch(() => this.reads.delete(key));
    return read;
  }

  /** Resolves once the feed has moved beyond `mark`, or the signal fired, or `ms` have passed. */
  changed(mark: number, signal: AbortSignal, ms?: number): Promise<void> {
    if (this.generation !== mark || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(go, ms);
      const waiting = this.waiting;
      function go(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        waiting.delete(go);
        resolve();
      }
      waiting.add(go);
      signal.addEventListener('abort', go);
    });
  }
}
