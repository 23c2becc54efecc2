import type { Entity, MetaCommand, WorldEventView, WorldTurn } from '#contracts';
import { isDead } from '../check-change.js';
import { amountOf } from '../fold.js';
import { placeOf } from '../places.js';
import type { WorldState } from '../state.js';
import { sceneOf } from './scene.js';

/** What a command is answered from: the state, and for some what happened. */
export type MetaSource = { state: WorldState; actorId: string; turns: WorldTurn[]; events: WorldEventView[]; about: string | null };

const nameOf = (state: WorldState, id: string): string => state.get(id)?.name || id;
const all = (state: WorldState, type: string): Entity[] => state.sorted().filter((e) => e.type === type && !e.gone);
const count = (e: Entity): string => (typeof e.attrs['count'] === 'number' ? ` (${e.attrs['count']})` : '');

/** Lines that answer a player's command, from the state alone: no model is asked. */
export function answerMeta(command: MetaCommand, s: MetaSource): string[] {
  return COMMANDS[command](s);
}

const COMMANDS: Record<MetaCommand, (s: MetaSource) => string[]> = {
  inventory: ({ state, actorId }) => {
    const scene = sceneOf(state, actorId);
    if (!scene) return [];
    const gold = amountOf(scene.actor, 'gold');
    return [...(gold ? [`${gold} gold`] : []), ...scene.inventory.map((e) => `${e.name}${count(e)}`)];
  },
  who: ({ state, actorId }) => {
    const actor = state.get(actorId) ?? state.sorted()[0];
    if (!actor) return [];
    const here = placeOf(state, actor).id;
    return all(state, 'character').filter((e) => placeOf(state, e).id === here).map((e) => `${e.name}${isDead(e) ? ' (dead)' : ''}${e.id === actorId ? ' (you)' : ''}`);
  },
  quests: ({ state }) => all(state, 'quest').map((e) => `${e.name}: ${String(e.attrs['status'] ?? 'open')}`),
  clocks: ({ state }) => all(state, 'clock').map((e) => `${e.name}: ${amountOf(e, 'filled')} of ${amountOf(e, 'segments')}`),
  look: ({ state, actorId }) => {
    const scene = sceneOf(state, actorId);
    if (!scene) return [];
    return [
      scene.place.name,
      ...(typeof scene.place.attrs['text'] === 'string' ? [scene.place.attrs['text']] : []),
      ...scene.exits.map(({ exit, to }) => `Way ${String(exit.attrs['direction'] ?? '')} to ${to.name}${exit.attrs['locked'] === true ? ' (locked)' : ''}`.replace('Way  to', 'Way to')),
      ...scene.people.map((e) => `${e.name}${isDead(e) ? ' (dead)' : ''}`),
      ...scene.things.map((e) => `${e.name}${count(e)}`),
    ];
  },
  map: ({ state }) => all(state, 'exit').map((e) => `${nameOf(state, String(e.in))} → ${nameOf(state, String(e.attrs['to']))}${e.attrs['locked'] === true ? ' (locked)' : ''}`),
  recap: ({ turns }) => [...turns].reverse().map((t) => (t.outcome as { summary?: string } | null)?.summary ?? t.said ?? '').filter(Boolean),
  why: ({ state, actorId, about, events }) => whyLines(state, about ?? '', actorId, events),
};

/** Why somebody feels as they do, from the events that made it so, oldest first. */
export function whyLines(state: WorldState, who: string, towards: string, events: readonly WorldEventView[]): string[] {
  const entity = state.get(who);
  if (!entity) return [];
  return feelingsOf(entity, towards, events).flatMap(({ relation, value, causes }) => [`${entity.name}, ${relation} towards ${nameOf(state, towards)}: ${value}`, ...causes.map((c) => `${signed(c.by)}: ${c.cause} (version ${c.version})`)]);
}

/** The same as a sentence, for a turn in which a player asks. */
export function whyTold(state: WorldState, who: Entity, towards: string, events: readonly WorldEventView[]): string {
  const told = feelingsOf(who, towards, events).map(({ relation, value, causes }) => `${who.name}'s ${relation} towards ${nameOf(state, towards)} is ${value}${causes.length ? `: ${causes.map((c) => `${c.cause} (${signed(c.by)})`).join('; ')}` : ''}.`);
  return told.join(' ') || `Nothing that happened made ${who.name} think well or ill of ${nameOf(state, towards)}.`;
}

type Feeling = { relation: string; value: number; causes: { by: number; cause: string; version: number }[] };

function feelingsOf(who: Entity, towards: string, events: readonly WorldEventView[]): Feeling[] {
  return Object.entries(who.relations).filter(([key]) => key.endsWith(`:${towards}`)).map(([key, value]) => {
    const relation = key.slice(0, -towards.length - 1);
    const causes = events.flatMap(({ version, change }) => (change.kind === 'related' && change.relation === relation && change.from === who.id && change.to === towards ? [{ by: change.by, cause: change.cause, version }] : []));
    return { relation, value, causes };
  });
}

const signed = (by: number): string => (by > 0 ? `+${by}` : `${by}`);
