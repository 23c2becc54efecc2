import type { Attrs, Entity, ImportError, WorldChange } from '#contracts';
import { canonical } from '../canonical.js';
import type { WorldState } from '../state.js';
import { created, FILE, type Imported, recordOf, rulesFor, without } from './imported.js';

type Term = { name: string; type: string };
type Fact = { name: string; arguments: Term[] };

const HELD = new Set(['at', 'in', 'on']);
const SHUT = new Set(['open', 'closed', 'locked']);
const OF = /^(north|south|east|west)_of$/;

/** A game of TextWorld (github.com/microsoft/TextWorld): facts of a world, quests, and what its texts are made of. */
export function importTextWorld(data: Record<string, unknown>): Imported {
  const errors: ImportError[] = [];
  const facts = (Array.isArray(data['world']) ? (data['world'] as unknown[]) : []).flatMap((raw, i): Fact[] => {
    const fact = factOf(raw);
    if (!fact) errors.push({ entry: `world[${i}]`, reason: 'It is no fact: a name with arguments.' });
    return fact ? [fact] : [];
  });
  const infos = new Map((Array.isArray(data['infos']) ? (data['infos'] as unknown[]) : []).flatMap((pair) => (Array.isArray(pair) && typeof pair[0] === 'string' ? [[pair[0], recordOf(pair[1])] as const] : [])));
  const terms = new Map(facts.flatMap((f) => f.arguments.map((t) => [t.name, t.type] as const)));
  for (const [id, info] of infos) if (!terms.has(id) && typeof info['type'] === 'string') terms.set(id, info['type']);
  const holder = new Map(facts.filter((f) => HELD.has(f.name) && f.arguments.length === 2).map((f) => [f.arguments[0]!.name, f.arguments[1]!.name === 'I' ? 'P' : f.arguments[1]!.name]));
  const doors = facts.filter((f) => f.name === 'link' && f.arguments.length === 3);
  for (const door of doors) if (!holder.has(door.arguments[1]!.name)) holder.set(door.arguments[1]!.name, door.arguments[0]!.name);
  const shut = new Map(facts.filter((f) => SHUT.has(f.name) && f.arguments.length === 1).map((f) => [f.arguments[0]!.name, f.name]));
  const keys = new Map(facts.filter((f) => f.name === 'match' && f.arguments.length === 2).map((f) => [f.arguments[1]!.name, f.arguments[0]!.name]));

  const rooms = [...terms].filter(([, type]) => type === 'r').map(([id]) => id);
  const entity = (id: string, type: string, inside: string | null): WorldChange => {
    const info = infos.get(id);
    const name = typeof info?.['name'] === 'string' ? info['name'] : '';
    const state = shut.get(id);
    const attrs: Attrs = {
      ...(state ? { open: state === 'open', locked: state === 'locked' } : {}),
      ...(keys.has(id) ? { key: keys.get(id)! } : {}),
      ...(['c', 's'].includes(terms.get(id) ?? '') ? { container: true, fixed: true } : {}),
      ...(terms.get(id) === 'd' ? { fixed: true, door: true } : {}),
      ...(id === 'P' ? { player: true, alive: true } : {}),
      textworld: { type: terms.get(id) ?? '', ...(info ? { info: without(info, ...(typeof info['name'] === 'string' ? ['name'] : [])) } : {}) },
    };
    return created(id, type, name, inside, attrs);
  };
  const changes = rooms.map((id) => entity(id, 'location', null));
  const done = new Set(rooms);
  let waiting = [...terms.keys()].filter((id) => !done.has(id) && id !== 'I' && holder.has(id));
  for (let before = -1; waiting.length !== before && waiting.length > 0; ) {
    before = waiting.length;
    waiting = waiting.filter((id) => {
      if (!done.has(holder.get(id)!)) return true;
      done.add(id);
      changes.push(entity(id, id === 'P' ? 'character' : 'item', holder.get(id)!));
      return false;
    });
  }
  for (const id of waiting) errors.push({ entry: id, reason: 'What it is in could not be taken.' });
  const ways = facts.filter((f) => OF.test(f.name) && f.arguments.length === 2 && f.arguments.every((t) => done.has(t.name)));
  for (const way of ways) {
    const [to, from] = [way.arguments[0]!.name, way.arguments[1]!.name];
    const door = doors.find((d) => d.arguments[0]!.name === from && d.arguments[2]!.name === to)?.arguments[1]!.name;
    const back = ways.some((w) => w.arguments[0]!.name === from && w.arguments[1]!.name === to);
    changes.push(created(`${from} → ${to}`, 'exit', '', from, { to, direction: OF.exec(way.name)![1]!, ...(back ? {} : { oneWay: true }), ...(door ? { door, locked: shut.get(door) === 'locked', ...(keys.has(door) ? { key: keys.get(door)! } : {}) } : {}) }));
  }
  // What the state says is written from it again; the rest is kept as it came.
  const told = new Set(factsOf(done, holder, shut, ways, terms).map(canonical));
  const rest = facts.filter((f) => !told.has(canonical(f)));
  const kept = [...infos].filter(([id]) => !done.has(id)).map(([id, info]) => [id, info]);
  changes.push(created(FILE, 'lore', '', null, { text: '', textworld: { ...without(data, 'world', 'infos'), rest, kept } as unknown as Attrs }));
  return { rules: rulesFor('textworld'), changes, errors };
}

function factOf(raw: unknown): Fact | null {
  const { name, arguments: args } = recordOf(raw);
  if (typeof name !== 'string' || !Array.isArray(args)) return null;
  const terms = args.map((t) => recordOf(t)).map((t) => ({ name: String(t['name']), type: String(t['type']) }));
  return { name, arguments: terms };
}

/** The facts that a state stands for. */
function factsOf(ids: Iterable<string>, holder: ReadonlyMap<string, string>, shut: ReadonlyMap<string, string>, ways: readonly Fact[], terms: ReadonlyMap<string, string>): Fact[] {
  const term = (name: string): Term => ({ name, type: terms.get(name) ?? '' });
  return [...ids].flatMap((id): Fact[] => {
    const inside = holder.get(id);
    const held = inside === undefined || terms.get(id) === 'd' ? [] : [heldFact(term(id), term(inside))];
    const state = shut.get(id);
    return [...held, ...(state === undefined ? [] : [{ name: state, arguments: [term(id)] }])];
  }).concat(ways);
}

function heldFact(thing: Term, holder: Term): Fact {
  if (holder.name === 'P') return { name: 'in', arguments: [thing, { name: 'I', type: 'I' }] };
  return { name: holder.type === 'r' ? 'at' : holder.type === 's' ? 'on' : 'in', arguments: [thing, holder] };
}

/** The state as a game of TextWorld: where things are, what is open and what leads where from the state. */
export function exportTextWorld(state: WorldState): Record<string, unknown> {
  const all = state.sorted().filter((e) => !e.gone);
  const things = all.filter((e) => 'textworld' in e.attrs && e.id !== FILE);
  const file = recordOf(state.get(FILE)?.attrs['textworld']);
  const terms = new Map(things.map((e) => [e.id, String(recordOf(e.attrs['textworld'])['type'])]));
  const holder = new Map(things.flatMap((e) => (e.in === null ? [] : [[e.id, e.in] as const])));
  const shut = new Map(things.flatMap((e) => (typeof e.attrs['open'] === 'boolean' ? [[e.id, e.attrs['open'] ? 'open' : e.attrs['locked'] === true ? 'locked' : 'closed'] as const] : [])));
  const ways = all.filter((e) => e.type === 'exit').map((e): Fact => ({ name: `${String(e.attrs['direction'])}_of`, arguments: [{ name: String(e.attrs['to']), type: 'r' }, { name: String(e.in), type: 'r' }] }));
  const world = [...factsOf(things.map((e) => e.id), holder, shut, ways, terms), ...((file['rest'] ?? []) as Fact[])];
  const info = (e: Entity): [string, Record<string, unknown>][] => {
    const kept = recordOf(e.attrs['textworld'])['info'];
    return kept === undefined ? [] : [[e.id, { ...(e.name ? { name: e.name } : {}), ...recordOf(kept) }]];
  };
  return { ...without(file, 'rest', 'kept'), world, infos: [...things.flatMap(info), ...((file['kept'] ?? []) as [string, Record<string, unknown>][])] };
}
