import type { Entity, WorldTurn } from '#contracts';
import { isDead } from '../check-change.js';
import { amountOf } from '../fold.js';
import { holdersOf, placeOf } from '../places.js';
import type { WorldState } from '../state.js';
import { type Scene, sceneOf, words } from './scene.js';

export type Recalled = { /** Newest first. */ recent: WorldTurn[]; /** Best first. */ found: WorldTurn[] };
export type ContextBudget = { tokens: number; estimate(text: string): number };

const MENTIONED = 14;
const LORE = 4;
const COMMON = new Set('the and that with from into who what where when why how does did is are was were holds hold knows know owes owe dead alive which about you your'.split(' '));

/**
 * What the agent is given of its world for a turn, in order of need until the budget is used: the scene, whatever the
 * player's words name wherever it is, lore they call up, earlier turns they recall, and the last turns.
 */
export function contextFor(state: WorldState, actorId: string, said: string, recalled: Recalled, budget: ContextBudget): string {
  const scene = sceneOf(state, actorId);
  const index = indexOf(state);
  const seen = new Set(recalled.recent.map((t) => t.turnId));
  const parts: [title: string, lines: string[]][] = [
    ['Scene', scene ? sceneLines(state, scene, index) : []],
    ['Named', mentioned(state, said, index).map((e) => statusLine(state, e, index, actorId))],
    ['Lore', loreFor(state, said, scene).map((e) => `${e.name}: ${String(e.attrs['text'])}`)],
    ['Last turns, newest first', recalled.recent.map(turnLine).filter(Boolean)],
    ['Earlier', recalled.found.filter((t) => !seen.has(t.turnId)).map(turnLine).filter(Boolean)],
  ];
  let left = budget.tokens;
  return parts.map(([title, lines]) => {
    const kept: string[] = [];
    for (const line of lines) {
      const cost = budget.estimate(line) + 2;
      if (cost > left) break;
      left -= cost;
      kept.push(line);
    }
    return kept.length ? `${title}:\n${kept.join('\n')}` : '';
  }).filter(Boolean).join('\n\n');
}

type Index = { inside: Map<string, Entity[]>; knowers: Map<string, Entity[]> };

function indexOf(state: WorldState): Index {
  const inside = new Map<string, Entity[]>();
  const knowers = new Map<string, Entity[]>();
  const add = (map: Map<string, Entity[]>, key: string, e: Entity): void => void map.set(key, [...(map.get(key) ?? []), e]);
  for (const e of state.sorted()) {
    if (e.in !== null && !e.gone) add(inside, e.in, e);
    for (const fact of Object.keys(e.knows)) add(knowers, fact, e);
  }
  return { inside, knowers };
}

function sceneLines(state: WorldState, scene: Scene, index: Index): string[] {
  const exits = scene.exits.map(({ exit, to }) => `${String(exit.attrs['direction'] ?? '')} to ${to.name}${exit.attrs['locked'] === true ? ' (locked)' : ''}`.trim());
  return [
    `Place: ${scene.place.name}.${typeof scene.place.attrs['text'] === 'string' ? ` ${scene.place.attrs['text']}` : ''}`,
    `Ways: ${exits.join(', ') || 'none'}.`,
    `Things here: ${scene.things.map((e) => e.name).join(', ') || 'none'}.`,
    statusLine(state, scene.actor, index, scene.actor.id),
    ...scene.people.map((e) => statusLine(state, e, index, scene.actor.id)),
  ];
}

/** What is true of an entity, in one line. */
export function statusLine(state: WorldState, e: Entity, index: Index, actorId: string): string {
  const names = (list: Entity[]): string => list.map((x) => x.name).join(', ');
  const relations = Object.entries(e.relations).filter(([key, value]) => value !== 0 && (!key.startsWith('trust:') || key === `trust:${actorId}`)).map(([key, value]) => {
    const at = key.indexOf(':');
    return `${key.slice(0, at)} ${state.get(key.slice(at + 1))?.name ?? ''} ${value}`;
  });
  switch (e.type) {
    case 'character': {
      const holds = (index.inside.get(e.id) ?? []).filter((x) => x.type === 'item');
      return `${e.name}: ${isDead(e) ? 'dead, ' : ''}in ${placeOf(state, e).name}${holds.length ? `; holds ${names(holds)}` : ''}; ${amountOf(e, 'gold')} gold${relations.length ? `; ${relations.join(', ')}` : ''}.`;
    }
    case 'item': {
      const { holders } = holdersOf(state, e);
      if (e.gone) return `${e.name}: gone.`;
      return `${e.name}: ${holders[0]?.type === 'character' ? 'held by' : 'in'} ${holders.map((h) => h.name).join(', in ')}${typeof e.attrs['count'] === 'number' ? `; ${e.attrs['count']} of it` : ''}.`;
    }
    case 'fact':
      return `${String(e.attrs['text'])} Known by: ${names(index.knowers.get(e.id) ?? []) || 'nobody'}.${holds(state, e) === 'no more' ? ' It is so no more.' : ''}`;
    case 'quest':
      return `Quest ${e.name}: ${String(e.attrs['status'] ?? 'open')}.`;
    case 'clock':
      return `Clock ${e.name}: ${amountOf(e, 'filled')} of ${amountOf(e, 'segments')}.`;
    default:
      return `${e.name}.${typeof e.attrs['text'] === 'string' ? ` ${e.attrs['text']}` : ''}`;
  }
}

/** A fact holds from one version of its world (`from`) to before another (`until`); always where neither is said. */
function holds({ version }: WorldState, { attrs: { from, until } }: Entity): 'not yet' | 'now' | 'no more' {
  if (typeof from === 'number' && version < from) return 'not yet';
  return typeof until === 'number' && version >= until ? 'no more' : 'now';
}

/** What the words name: entities all of whose words stand there, and facts that share most with it. */
function mentioned(state: WorldState, said: string, { knowers }: Index): Entity[] {
  const wanted = new Set(words(said).filter((w) => w.length > 1 && !COMMON.has(w)));
  if (wanted.size === 0) return [];
  const scored = [...state].flatMap((e) => {
    if (e.type === 'exit' || e.type === 'lore' || !e.name || (e.type === 'fact' && holds(state, e) === 'not yet')) return [];
    const own = words(e.type === 'fact' ? String(e.attrs['text'] ?? '') : e.name).filter((w) => !COMMON.has(w));
    const shared = own.filter((w) => wanted.has(w)).length;
    const whole = own.length > 0 && shared === own.length;
    if (e.type === 'fact') return shared >= 2 ? [{ e, score: shared / own.length + (knowers.has(e.id) ? 0.1 : 0) }] : [];
    return whole ? [{ e, score: 2 + own.length }] : [];
  });
  return scored.sort((a, b) => b.score - a.score || (a.e.id < b.e.id ? -1 : 1)).slice(0, MENTIONED).map(({ e }) => e);
}

/** Lore whose words stand in what was said or where it is said, and what always holds. */
function loreFor(state: WorldState, said: string, scene: Scene | null): Entity[] {
  const around = ` ${words(`${said} ${scene?.place.name ?? ''} ${scene?.people.map((e) => e.name).join(' ') ?? ''}`).join(' ')} `;
  const called = (e: Entity): boolean => e.attrs['constant'] === true || (Array.isArray(e.attrs['keys']) && e.attrs['keys'].some((k) => typeof k === 'string' && words(k).length > 0 && around.includes(` ${words(k).join(' ')} `)));
  return state.sorted().filter((e) => e.type === 'lore' && e.attrs['enabled'] !== false && e.attrs['text'] && called(e)).slice(0, LORE);
}

function turnLine(t: WorldTurn): string {
  return (t.outcome as { summary?: string } | null)?.summary ?? t.said ?? '';
}
