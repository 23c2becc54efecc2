import { setMaxListeners } from 'node:events';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { RunRef } from '#contracts';
import type { Config } from '#platform';
import { type Pool, readFeed, readFeedState, readLastEvents, withTx } from '#store';
import type { Timing } from '../core/api-options.js';
import { CONFIG, POOL, TIMINGS } from '../core/tokens.js';
import { EventListener } from './event-listener.js';
import { RunFeed } from './run-feed.js';

type Held = { feed: RunFeed; readers: number };

/** The runs that somebody watches: one feed each, woken by announcements, and by a poll should one be lost. */
@Injectable()
export class EventHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly feeds = new Map<string, Held>();
  private readonly listener: EventListener;
  private readonly closing = new AbortController();
  private poll: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(TIMINGS) private readonly timing: Timing,
  ) {
    // One listener a stream.
    setMaxListeners(0, this.closing.signal);
    this.listener = new EventListener(config.databaseDirectUrl, {
      announced: (runId, seq) => this.announced(runId, seq),
      connected: () => this.wakeAll(),
    });
  }

  onApplicationBootstrap(): void {
    void this.listener.start();
    this.poll = setInterval(() => void this.lookAround(), this.timing.pollMs);
  }

  /** Ends every open stream, since the server waits for its answers before it closes. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    clearInterval(this.poll);
    await this.listener.stop();
  }

  /** Fires when the process is about to stop. */
  get stopping(): AbortSignal {
    return this.closing.signal;
  }

  /** How many watch a run now. */
  get readers(): number {
    return [...this.feeds.values()].reduce((sum, { readers }) => sum + readers, 0);
  }

  /** Gives `use` the run's feed, which lives as long as somebody uses it. */
  async watch<T>(ref: RunRef, use: (feed: RunFeed) => Promise<T>): Promise<T> {
    const held = this.feeds.get(ref.runId) ?? { feed: new RunFeed((after, place) => readFeed(this.pool, ref, after, place)), readers: 0 };
    this.feeds.set(ref.runId, held);
    held.readers++;
    try {
      return await use(held.feed);
    } finally {
      if (--held.readers === 0) this.feeds.delete(ref.runId);
    }
  }

  /** Waits at most `seconds` for a run to end. */
  async untilEnded(ref: RunRef, seconds: number, gone: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([gone, this.closing.signal, AbortSignal.timeout(seconds * 1_000)]);
    await this.watch(ref, async (feed) => {
      for (;;) {
        const mark = feed.mark;
        const state = await withTx(this.pool, ref.tenantId, (tx) => readFeedState(tx, ref));
        if (!state?.live || signal.aborted) return;
        await feed.changed(mark, signal);
      }
    });
  }

  private announced(runId: string, seq: number): void {
    const feed = this.feeds.get(runId)?.feed;
    // 0 says that there is streamed text, which has no number.
    if (feed && (seq === 0 || seq > feed.lastSeen)) feed.wake();
  }

  private wakeAll(): void {
    for (const { feed } of this.feeds.values()) feed.wake();
  }

  private async lookAround(): Promise<void> {
    if (this.feeds.size === 0) return;
    // Without the listener, streamed text is only found by looking.
    if (!this.listener.listening) return this.wakeAll();
    const newest = await readLastEvents(this.pool, [...this.feeds.keys()]).catch(() => null);
    for (const [runId, { feed }] of this.feeds) if ((newest?.get(runId) ?? 0) > feed.lastSeen) feed.wake();
  }
}
