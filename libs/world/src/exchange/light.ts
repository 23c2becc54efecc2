import type { Attrs, Entity, ImportError, WorldChange } from '#contracts';
import type { WorldState } from '../state.js';
import { created, FILE, type Imported, recordOf, rulesFor, without } from './imported.js';

/** Where LIGHT keeps what is nowhere. */
const VOID = 'VOID';
const DIRECTION = /\b(north|south|east|west|up|down)\b/;

type Node = Record<string, unknown>;

/** A world graph of LIGHT (github.com/facebookresearch/LIGHT): rooms, agents and objects in each other, and neighbours. */
export function importLight(data: Record<string, unknown>): Imported {
  const nodes = Object.entries(recordOf(data['nodes'])).map(([id, node]) => [id, recordOf(node)] as const);
  const byId = new Map(nodes);
  const errors: ImportError[] = [];
  const changes: WorldChange[] = [created(FILE, 'lore', '', null, { text: '', light: without(data, 'nodes') })];
  const done = new Set<string>([VOID]);
  if (nodes.some(([, n]) => n['room'] !== true && holderOf(n) === VOID)) changes.push(created(VOID, 'location', '', null, { nowhere: true }));
  let waiting = nodes.filter(([id, node]) => {
    const reason = reasonAgainst(node, byId);
    if (reason) errors.push({ entry: id, reason });
    return !reason;
  });
  // Holders first: each round takes what is in something that is there.
  for (let before = -1; waiting.length !== before && waiting.length > 0; ) {
    before = waiting.length;
    waiting = waiting.filter(([id, node]) => {
      if (node['room'] !== true && !done.has(holderOf(node))) return true;
      done.add(id);
      changes.push(entityOf(id, node));
      return false;
    });
  }
  for (const [id] of waiting) errors.push({ entry: id, reason: 'What it is in could not be taken.' });
  for (const [id, node] of nodes) if (done.has(id)) changes.push(...exitsOf(id, node, byId, done, errors));
  return { rules: rulesFor('light'), changes, errors };
}

function reasonAgainst(node: Node, byId: ReadonlyMap<string, Node>): string | null {
  if (![node['room'], node['agent'], node['object']].includes(true)) return 'It is neither room, agent nor object.';
  if (typeof node['name'] !== 'string') return 'It has no name.';
  const holder = holderOf(node);
  return node['room'] === true || holder === VOID || byId.has(holder) ? null : 'It is in something that the file does not have.';
}

const holderOf = (node: Node): string => String(recordOf(node['container_node'])['target_id'] ?? VOID);

function entityOf(id: string, node: Node): WorldChange {
  const name = String(node['name']);
  const text: Attrs = typeof node['desc'] === 'string' ? { text: node['desc'] } : {};
  const light = without(node, 'name', 'container_node', 'contained_nodes', 'neighbors', ...('text' in text ? ['desc'] : []));
  if (node['room'] === true) {
    const [x, y] = Array.isArray(node['grid_location']) ? (node['grid_location'] as unknown[]) : [];
    const at: Attrs = typeof x === 'number' && typeof y === 'number' ? { x, y } : {};
    return created(id, 'location', name, null, { ...text, ...at, light });
  }
  if (node['agent'] === true) {
    delete light['dead'];
    const hp: Attrs = typeof node['health'] === 'number' && node['health'] >= 0 ? { hp: node['health'] } : {};
    return created(id, 'character', name, holderOf(node), { ...text, alive: node['dead'] !== true, ...hp, light });
  }
  return created(id, 'item', name, holderOf(node), { ...text, fixed: node['gettable'] === 0 || node['gettable'] === false, container: Number(node['container'] ?? 0) !== 0, light });
}

function exitsOf(id: string, node: Node, byId: ReadonlyMap<string, Node>, done: ReadonlySet<string>, errors: ImportError[]): WorldChange[] {
  return Object.entries(recordOf(node['neighbors'])).flatMap(([to, edge]) => {
    if (!done.has(to) || byId.get(to)?.['room'] !== true) {
      errors.push({ entry: `${id} → ${to}`, reason: 'The neighbour is no room of the file.' });
      return [];
    }
    const back = id in recordOf(byId.get(to)?.['neighbors']);
    const direction = DIRECTION.exec(String(recordOf(edge)['label'] ?? ''))?.[1];
    return [created(`${id} → ${to}`, 'exit', String(recordOf(edge)['label'] ?? ''), id, { to, ...(back ? {} : { oneWay: true }), ...(direction ? { direction } : {}), light: without(recordOf(edge), 'target_id', 'label') })];
  });
}

/** The state as a world graph of LIGHT: containment, ways and life from the state, the rest as it came. */
export function exportLight(state: WorldState): Record<string, unknown> {
  const all = state.sorted().filter((e) => !e.gone);
  const inside = new Map<string, Entity[]>();
  for (const e of all) if (e.in !== null) inside.set(e.in, [...(inside.get(e.in) ?? []), e]);
  const node = (e: Entity): Node => {
    const light = recordOf(e.attrs['light']);
    const contained = (inside.get(e.id) ?? []).filter((c) => c.type !== 'exit');
    return {
      ...light,
      name: e.name,
      ...(typeof e.attrs['text'] === 'string' ? { desc: e.attrs['text'] } : {}),
      container_node: { target_id: e.in ?? VOID },
      contained_nodes: Object.fromEntries(contained.map((c) => [c.id, { target_id: c.id }])),
      ...(e.type === 'character' ? { dead: e.attrs['alive'] === false } : {}),
      ...(e.type === 'location' ? { neighbors: Object.fromEntries((inside.get(e.id) ?? []).filter((x) => x.type === 'exit').map((x) => [x.attrs['to'], { ...recordOf(x.attrs['light']), label: x.name, target_id: x.attrs['to'] }])) } : {}),
    };
  };
  const things = all.filter((e) => ['location', 'character', 'item'].includes(e.type) && e.id !== VOID);
  return { ...recordOf(state.get(FILE)?.attrs['light']), nodes: Object.fromEntries(things.map((e) => [e.id, node(e)])) };
}
