import type { Entity } from '#contracts';
import type { Bucket } from '#world';

/** A bucket as it is stored. It is read when something in it is first looked at: most of a large world never is. */
export class StoredBucket implements Bucket {
  #entities: ReadonlyMap<string, Entity> | null = null;
  #body: string | null;

  constructor(body: string, readonly size: number) {
    this.#body = body;
  }

  get #read(): ReadonlyMap<string, Entity> {
    const known = this.#entities;
    if (known) return known;
    const entities = new Map((JSON.parse(this.#body!) as Entity[]).map((e) => [e.id, e] as const));
    this.#body = null;
    return (this.#entities = entities);
  }

  get(id: string): Entity | undefined {
    return this.#read.get(id);
  }

  has(id: string): boolean {
    return this.#read.has(id);
  }

  forEach(each: (entity: Entity, id: string, map: ReadonlyMap<string, Entity>) => void): void {
    this.#read.forEach(each);
  }

  entries(): MapIterator<[string, Entity]> {
    return this.#read.entries();
  }

  keys(): MapIterator<string> {
    return this.#read.keys();
  }

  values(): MapIterator<Entity> {
    return this.#read.values();
  }

  [Symbol.iterator](): MapIterator<[string, Entity]> {
    return this.#read.entries();
  }
}
