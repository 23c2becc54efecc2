import type { WorldDiff } from '#contracts';
import { canonical } from './canonical.js';
import type { WorldState } from './state.js';

/** What differs between two states, by entity, in the order of ids. Buckets that both share are not looked at. */
export function diffStates(a: WorldState, b: WorldState): WorldDiff {
  const ids = new Set<string>();
  const aligned = a.buckets.length === b.buckets.length;
  for (const [i, bucket] of a.buckets.entries()) if (!aligned || b.buckets[i] !== bucket) for (const id of bucket.keys()) ids.add(id);
  for (const [i, bucket] of b.buckets.entries()) if (!aligned || a.buckets[i] !== bucket) for (const id of bucket.keys()) ids.add(id);
  const entities = [...ids].sort().flatMap((id) => {
    const before = a.get(id) ?? null;
    const after = b.get(id) ?? null;
    return before === after || canonical(before) === canonical(after) ? [] : [{ id, before, after }];
  });
  return { from: a.version, to: b.version, entities };
}
