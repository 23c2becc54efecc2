import type { Entity } from '#contracts';
import { placeOf } from '../places.js';
import type { WorldState } from '../state.js';

/** What somebody sees around them and has on them. */
export type Scene = { actor: Entity; place: Entity; exits: Exit[]; people: Entity[]; things: Entity[]; inventory: Entity[] };
export type Exit = { exit: Entity; to: Entity };

/** Where the actor is and what can be seen there. Closed containers and others' pockets hide what is in them. */
export function sceneOf(state: WorldState, actorId: string): Scene | null {
  const actor = state.get(actorId);
  if (!actor) return null;
  const place = placeOf(state, actor);
  const byHolder = new Map<string, Entity[]>();
  for (const e of state) if (e.in !== null && !e.gone) byHolder.set(e.in, [...(byHolder.get(e.in) ?? []), e]);
  const inside = (id: string): Entity[] => (byHolder.get(id) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
  const open = (e: Entity): Entity[] => [e, ...(isOpen(e) ? inside(e.id).flatMap(open) : [])];
  const here = inside(place.id);
  return {
    actor,
    place,
    exits: here.filter((e) => e.type === 'exit').flatMap((exit) => {
      const to = state.get(String(exit.attrs['to']));
      return to ? [{ exit, to }] : [];
    }),
    people: here.filter((e) => e.type === 'character' && e.id !== actor.id),
    things: here.filter((e) => e.type === 'item' && e.attrs['hidden'] !== true).flatMap(open).filter((e) => e.type === 'item'),
    inventory: inside(actor.id).flatMap(open),
  };
}

const isOpen = (e: Entity): boolean => e.type === 'item' && e.attrs['open'] !== false && e.attrs['locked'] !== true;

/** The entity that a name stands for, the likeliest of those given: its whole name, then all of its words, then its last. */
export function named<T extends Pick<Entity, 'id' | 'name'>>(name: string | undefined, among: readonly T[]): T | null {
  const wanted = words(name ?? '');
  if (wanted.length === 0) return null;
  const same = among.find((e) => e.id === name || words(e.name).join(' ') === wanted.join(' '));
  if (same) return same;
  return among.find((e) => wanted.every((w) => words(e.name).includes(w))) ?? among.find((e) => words(e.name).length > 0 && words(e.name).every((w) => wanted.includes(w))) ?? null;
}

const ARTICLES = new Set(['the', 'a', 'an', 'my', 'his', 'her', 'their', 'some', 'to', 'of']);
/** The words of a name that tell it from others. */
export const words = (text: string): string[] => (text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu) ?? []).filter((w) => !ARTICLES.has(w));
