import type { Entity } from '#contracts';
import { canonical, spread } from './canonical.js';

/** Entities a bucket has before their number of buckets doubles. */
const FULL = 32;
const MOST_BUCKETS = 1_024;

/** Entities whose ids fall together; never changed once it is part of a state. */
export type Bucket = ReadonlyMap<string, Entity>;

/**
 * A world at one version. Immutable: a change copies the buckets that it touches and shares the others, so that a
 * thousand versions of a world cost little more than one, and a snapshot only writes what differs.
 */
export class WorldState implements Iterable<Entity> {
  private constructor(
    readonly version: number,
    readonly size: number,
    readonly buckets: readonly Bucket[],
  ) {}

  static readonly empty = new WorldState(0, 0, [new Map()]);

  /** From buckets as a snapshot kept them, or from entities in any order. */
  static of(version: number, entities: Iterable<Entity>): WorldState {
    return WorldState.empty.with(version, entities);
  }

  static ofBuckets(version: number, buckets: readonly Bucket[]): WorldState {
    return new WorldState(version, buckets.reduce((n, b) => n + b.size, 0), buckets);
  }

  get(id: string): Entity | undefined {
    return this.buckets[place(id, this.buckets.length)]!.get(id);
  }

  /** The state with these entities new or replaced, under another version. */
  with(version: number, entities: Iterable<Entity>): WorldState {
    const buckets = [...this.buckets];
    const own = new Set<number>();
    let size = this.size;
    for (const entity of entities) {
      const at = place(entity.id, buckets.length);
      if (!own.has(at)) buckets[at] = new Map(buckets[at]);
      own.add(at);
      const bucket = buckets[at] as Map<string, Entity>;
      if (!bucket.has(entity.id)) size++;
      bucket.set(entity.id, entity);
    }
    return new WorldState(version, size, grown(buckets, size));
  }

  /** The same under another version. */
  at(version: number): WorldState {
    return new WorldState(version, this.size, this.buckets);
  }

  *[Symbol.iterator](): Iterator<Entity> {
    for (const bucket of this.buckets) yield* bucket.values();
  }

  /** Entities by id, in the order of their ids. */
  sorted(): Entity[] {
    return [...this].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** All that is true, without the version, as bytes: two states are equal where these are. */
  bytes(): string {
    return canonical(this.sorted());
  }
}

function place(id: string, buckets: number): number {
  // The number of buckets is a power of two.
  return buckets === 1 ? 0 : spread(id) & (buckets - 1);
}

function grown(buckets: Bucket[], size: number): Bucket[] {
  let count = buckets.length;
  while (size > count * FULL && count < MOST_BUCKETS) count *= 2;
  if (count === buckets.length) return buckets;
  const wider = Array.from({ length: count }, () => new Map<string, Entity>());
  for (const bucket of buckets) for (const entity of bucket.values()) wider[place(entity.id, count)]!.set(entity.id, entity);
  return wider;
}
