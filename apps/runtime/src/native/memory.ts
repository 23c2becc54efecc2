import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { Fault } from '../fault.js';
import type { ModelFacts } from './model.js';

/** Left for everything else on the machine. */
const RESERVE = 256 * 1024 ** 2;
const F16_BYTES = 2;

/** Bytes of the key-value cache of a context of `size` tokens: an upper bound, windows of attention are not deducted. */
export function cacheBytes(facts: ModelFacts, size: number): number {
  const of = (key: string): number | undefined => {
    const value = facts.metadata[`${facts.architecture}.${key}`];
    return typeof value === 'number' ? value : undefined;
  };
  const heads = of('attention.head_count') ?? 1;
  const width = facts.embeddingWidth / heads;
  const perHead = (of('attention.key_length') ?? width) + (of('attention.value_length') ?? width);
  return facts.layers * (of('attention.head_count_kv') ?? heads) * perHead * F16_BYTES * size;
}

/** Bytes that can be had without swapping, the limit of a container included. */
export function availableBytes(): number {
  return Math.min(fromFile('/proc/meminfo', /MemAvailable:\s+(\d+) kB/, 1024) ?? freemem(), containerRoom());
}

/** Throws where `bytes` more would not fit; the process would be killed for it, and whatever else runs here with it. */
export function assertRoom(what: string, bytes: number, available = availableBytes()): void {
  if (bytes + RESERVE <= available) return;
  throw new Fault(503, `${what} requires more system memory (${gib(bytes + RESERVE)}) than is available (${gib(available)})`);
}

function containerRoom(): number {
  const limit = fromFile('/sys/fs/cgroup/memory.max', /^(\d+)/, 1);
  const used = fromFile('/sys/fs/cgroup/memory.current', /^(\d+)/, 1);
  // The page cache counts as used there and can be dropped.
  const cache = fromFile('/sys/fs/cgroup/memory.stat', /^inactive_file (\d+)/m, 1) ?? 0;
  return limit === undefined || used === undefined ? Infinity : limit - used + cache;
}

function fromFile(path: string, form: RegExp, unit: number): number | undefined {
  try {
    const found = form.exec(readFileSync(path, 'utf8'));
    return found ? Number(found[1]) * unit : undefined;
  } catch {
    return undefined;
  }
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
