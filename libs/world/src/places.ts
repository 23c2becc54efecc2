import type { Entity } from '#contracts';

/** Looks entities up: a state, or a batch's draft. */
export type Lookup = { get(id: string): Entity | undefined };

/** More levels of holders than any world has: a circle. */
const DEEPEST = 64;

/** The holders of an entity from the inside out; `circle` where they lead back to one of them. */
export function holdersOf(world: Lookup, entity: Entity): { holders: Entity[]; circle: boolean } {
  const holders: Entity[] = [];
  for (let at = entity.in; at !== null; ) {
    const holder = world.get(at);
    if (!holder) break;
    if (holder.id === entity.id || holders.length > DEEPEST) return { holders, circle: true };
    holders.push(holder);
    at = holder.in;
  }
  return { holders, circle: false };
}

/** The outermost thing that the entity is in: its location. Itself where it is in nothing. */
export function placeOf(world: Lookup, entity: Entity): Entity {
  return holdersOf(world, entity).holders.at(-1) ?? entity;
}

/** Whether two entities are in one place. */
export const together = (world: Lookup, a: Entity, b: Entity): boolean => placeOf(world, a).id === placeOf(world, b).id;

/** Where a fact can be seen: the place it names, or that of what it is about. */
export function placeOfFact(world: Lookup, fact: Entity): string | null {
  if (typeof fact.attrs['place'] === 'string') return fact.attrs['place'];
  const subject = typeof fact.attrs['subject'] === 'string' ? world.get(fact.attrs['subject']) : undefined;
  return subject && !subject.gone ? placeOf(world, subject).id : null;
}
