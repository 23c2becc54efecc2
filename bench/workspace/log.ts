import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { analyse } from '#workspace';

/** Lines of a service that fails now and then, no two alike, one in ten of them an error with a stack frame. */
const lineOf = (i: number): string => {
  const at = new Date(Date.UTC(2026, 0, 1) + i * 1_000).toISOString();
  return i % 10 ? `${at} INFO request ${i} of user ${i * 7} was answered in ${i % 90} ms` : `${at} ERROR order ${i} of "customer ${i}" failed\n    at place (/srv/shop/src/${'abcdefghij'[(i / 10) % 10]}${i.toString(36)}.js:${1 + (i % 400)}:7)`;
};

export async function writeLog(file: string, bytes: number): Promise<void> {
  const out = createWriteStream(file);
  for (let i = 0, written = 0; written < bytes; ) {
    const block = `${Array.from({ length: 1_000 }, () => lineOf(i++)).join('\n')}\n`;
    written += block.length;
    if (!out.write(block)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

export type LogReading = { ms: number; /** Most resident memory while it was read, beyond that before, in MB. */ grownMb: number; lines: number };

/** Reads a log once, looking at the process's memory all the while. */
export async function readLog(file: string): Promise<LogReading> {
  const before = process.memoryUsage().rss;
  let most = before;
  const look = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const from = performance.now();
  const { lines } = await analyse(file);
  clearInterval(look);
  return { ms: performance.now() - from, grownMb: Math.max(0, Math.max(most, process.memoryUsage().rss) - before) / 1_048_576, lines };
}
