/**
 * Loaded into a process with `--import`: answers over its IPC channel with what memory it holds after a forced
 * collection. Bytes.
 */
export type MemoryReading = { heapUsed: number; rss: number };

if (process.send) {
  process.on('message', (message) => {
    if (message !== 'memory') return;
    for (let i = 0; i < 3; i++) globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    process.send?.({ heapUsed, rss } satisfies MemoryReading);
  });
  // Listening to the channel must not keep the process alive.
  process.channel?.unref();
}
