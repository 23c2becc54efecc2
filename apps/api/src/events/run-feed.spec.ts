import { describe, expect, it } from '@jest/globals';
import type { FeedPage } from '#store';
import { RunFeed } from './run-feed.js';

const page = (seq: number): FeedPage => ({ events: [{ seq }] as FeedPage['events'], parts: [] });
const never = new AbortController().signal;

describe('RunFeed', () => {
  it('reads once for all readers at the same place, until something changes', async () => {
    let reads = 0;
    const feed = new RunFeed(async (after) => (reads++, page(after + 1)));
    await Promise.all(Array.from({ length: 50 }, () => feed.read(0, null)));
    await feed.read(0, null);
    expect(reads).toBe(1);
    await feed.read(1, null);
    expect(reads).toBe(2);
    feed.wake();
    await feed.read(0, null);
    expect(reads).toBe(3);
    expect(feed.lastSeen).toBe(2);
  });

  it('does not keep a read that failed', async () => {
    let reads = 0;
    const feed = new RunFeed(async () => {
      if (reads++ === 0) throw new Error('down');
      return page(1);
    });
    await expect(feed.read(0, null)).rejects.toThrow('down');
    await expect(feed.read(0, null)).resolves.toEqual(page(1));
  });

  it('does not lose a wake that came between the mark and the wait', async () => {
    const feed = new RunFeed(async () => page(1));
    const mark = feed.mark;
    feed.wake();
    await feed.changed(mark, never);
  });

  it('wakes every waiter, and lets go of those that leave or have waited long enough', async () => {
    const feed = new RunFeed(async () => page(1));
    const leaving = new AbortController();
    const waits = [feed.changed(feed.mark, never), feed.changed(feed.mark, never)];
    const left = feed.changed(feed.mark, leaving.signal);
    leaving.abort();
    await left;
    await feed.changed(feed.mark, never, 5);
    feed.wake();
    await Promise.all(waits);
  });
});
