type Poller = { lastAccessTime?: { seconds?: unknown } | null };

/** Temporal lists pollers for minutes after they are gone; one that lives asks again within the minute that its poll lasts. */
const ALIVE_MS = 75_000;

/** How many of a task queue's pollers, as `DescribeTaskQueue` answers them, are there still. */
export function countPollers(pollers: readonly Poller[] | null | undefined, now = Date.now()): number {
  return (pollers ?? []).filter(({ lastAccessTime }) => now - Number(lastAccessTime?.seconds ?? 0) * 1_000 < ALIVE_MS).length;
}
