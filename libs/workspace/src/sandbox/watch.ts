import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxLimits } from './limits.js';

const PERIOD_MS = 200;
/** Looking takes at most this share of the time, however large the tree. */
const SHARE = 4;
const PAGE = 4_096;

export type Breach = 'memory' | 'disk';

/** Looks at memory and disk until one is over its limit, or `signal` ends it (null). A command that is over before the first look costs nothing. */
export async function watch(pid: number, tree: string, limits: SandboxLimits, signal: AbortSignal): Promise<Breach | null> {
  let before: number | null = null;
  for (let pause = PERIOD_MS; ; ) {
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return null;
    const started = Date.now();
    if ((await memoryOf(pid)) > limits.memoryBytes) return 'memory';
    const bytes = await treeBytes(tree, signal);
    before ??= bytes;
    if (bytes - before > limits.diskBytes) return 'disk';
    pause = Math.max(PERIOD_MS, SHARE * (Date.now() - started));
  }
}

/** Anonymous memory of a process and all below it, in bytes. */
async function memoryOf(root: number): Promise<number> {
  let total = 0;
  for (let queue = [root]; queue.length; ) {
    const pid = queue.pop()!;
    try {
      const [, resident, shared] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ').map(Number);
      total += Math.max(0, (resident ?? 0) - (shared ?? 0)) * PAGE;
      for (const task of await readdir(`/proc/${pid}/task`)) {
        const children = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8');
        queue.push(...children.split(' ').filter(Boolean).map(Number));
      }
    } catch {
      // It ended while it was looked at.
    }
  }
  return total;
}

/** Bytes on disk below a folder; links are not followed. */
export async function treeBytes(folder: string, signal?: AbortSignal): Promise<number> {
  let total = 0;
  for (const folders = [folder]; folders.length && !signal?.aborted; ) {
    const at = folders.pop()!;
    const entries = await readdir(at, { withFileTypes: true }).catch(() => [] as Dirent[]);
    folders.push(...entries.filter((e) => e.isDirectory()).map((e) => join(at, e.name)));
    const sizes = await Promise.all(entries.filter((e) => e.isFile()).map((e) => lstat(join(at, e.name)).then((s) => s.blocks * 512, () => 0)));
    total += sizes.reduce((a, b) => a + b, 0);
  }
  return total;
}
