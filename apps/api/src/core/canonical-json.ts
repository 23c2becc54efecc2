import { createHash } from 'node:crypto';

/** JSON with sorted keys, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => (v !== null && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v)) ?? 'null';
}

/** SHA-256 of the value's canonical JSON. */
export function hashOf(value: unknown): Buffer {
  return createHash('sha256').update(canonicalJson(value)).digest();
}

/** Levels of arrays and objects within each other; counts without recursion, so that no input can exhaust the stack. */
export function depthOf(value: unknown, stopAt: number): number {
  let level: unknown[] = [value];
  for (let depth = 0; ; depth++) {
    level = level.filter((v) => v !== null && typeof v === 'object').flatMap((v) => Object.values(v));
    if (level.length === 0 || depth >= stopAt) return depth;
  }
}
