import { describe, expect, it } from '@jest/globals';
import type { WorldChange } from '#contracts';
import { applyBatch } from '../apply.js';
import { WorldState } from '../state.js';
import { type ForeignFormat, FOREIGN } from './index.js';

const room = (id: string, neighbors: Record<string, string>, holds: string[] = []) => ({ agent: false, object: false, room: true, name: id, desc: `${id}.`, grid_location: [0, 1, 0], node_id: id, container_node: { target_id: 'VOID' }, contained_nodes: target(holds), neighbors: Object.fromEntries(Object.entries(neighbors).map(([to, label]) => [to, { label, target_id: to, locked_edge: null }])) });
const target = (ids: string[]) => Object.fromEntries(ids.map((id) => [id, { target_id: id }]));
const thing = (id: string, inside: string, kind: 'agent' | 'object', holds: string[] = []) => ({ agent: kind === 'agent', object: kind === 'object', room: false, name: id, desc: `a ${id}`, dead: false, health: 2, gettable: 1, container: holds.length, node_id: id, container_node: { target_id: inside }, contained_nodes: target(holds) });
const LIGHT = {
  title: 'A small world',
  objects: ['ring', 'box', 'lost'],
  nodes: { hall: room('hall', { yard: 'a path to the east' }, ['rat', 'box']), yard: room('yard', { hall: 'a path to the west' }), rat: thing('rat', 'hall', 'agent'), box: thing('box', 'hall', 'object', ['ring']), ring: thing('ring', 'box', 'object'), lost: thing('lost', 'VOID', 'object') },
};
const fact = (name: string, ...args: [string, string][]) => ({ name, arguments: args.map(([n, type]) => ({ name: n, type })) });
const TEXTWORLD = {
  version: 1,
  metadata: { walkthrough: ['open door'] },
  world: [fact('at', ['P', 'P'], ['r_0', 'r']), fact('at', ['c_0', 'c'], ['r_0', 'r']), fact('in', ['k_0', 'k'], ['I', 'I']), fact('in', ['o_0', 'o'], ['c_0', 'c']), fact('on', ['f_0', 'f'], ['s_0', 's']), fact('at', ['s_0', 's'], ['r_1', 'r']), fact('closed', ['c_0', 'c']), fact('locked', ['d_0', 'd']), fact('match', ['k_0', 'k'], ['d_0', 'd']), fact('link', ['r_0', 'r'], ['d_0', 'd'], ['r_1', 'r']), fact('link', ['r_1', 'r'], ['d_0', 'd'], ['r_0', 'r']), fact('east_of', ['r_1', 'r'], ['r_0', 'r']), fact('west_of', ['r_0', 'r'], ['r_1', 'r']), fact('edible', ['f_0', 'f'])],
  infos: [['P', { id: 'P', type: 'P', name: null }], ['I', { id: 'I', type: 'I', name: null }], ['r_0', { id: 'r_0', type: 'r', name: 'kitchen' }], ['r_1', { id: 'r_1', type: 'r', name: 'garden' }], ['d_0', { id: 'd_0', type: 'd', name: 'wooden door' }]],
};
const LOREBOOK = { name: 'Vale', entries: { 0: { uid: 0, key: ['dragon', 'wyrm'], keysecondary: [], comment: 'The dragon', content: 'It sleeps under the hill.', constant: false, order: 100 }, 1: { uid: 1, key: [], comment: 'always', content: 'It is winter.', constant: true } } };

const load = (format: ForeignFormat, data: unknown) => FOREIGN[format].read(data as Record<string, unknown>);
function stateOf(format: ForeignFormat, data: unknown, ...more: WorldChange[]): WorldState {
  const { rules, changes, errors } = load(format, data);
  expect(errors).toEqual([]);
  const made = applyBatch(rules, WorldState.empty, { changes: [...changes, ...more] });
  if (!made.ok) throw new Error(JSON.stringify(made.refusals));
  return made.state;
}
const sorted = (list: unknown) => [...(list as unknown[])].map((v) => JSON.stringify(v)).sort();

describe('imports', () => {
  it('of LIGHT give back what they took', () => {
    const state = stateOf('light', LIGHT);
    expect([state.get('ring')!.in, state.get('lost')!.in, state.get('hall → yard')!.attrs['direction']]).toEqual(['box', 'VOID', 'east']);
    expect(FOREIGN.light.write(state)).toEqual(LIGHT);
  });

  it('of LIGHT give back what has changed since', () => {
    const written = FOREIGN.light.write(stateOf('light', LIGHT, { kind: 'moved', id: 'ring', to: 'rat', cause: 'taken' }, { kind: 'died', id: 'rat', cause: 'hunger' }));
    expect(written['nodes']).toMatchObject({ box: { contained_nodes: {} }, rat: { contained_nodes: { ring: { target_id: 'ring' } }, dead: true }, ring: { container_node: { target_id: 'rat' } } });
  });

  it('of LIGHT name what cannot be taken, and take the rest', () => {
    const nodes = { ...LIGHT.nodes, ghost: { agent: false, object: false, room: false, name: 'ghost' }, coin: thing('coin', 'nowhere', 'object'), tail: thing('tail', 'ghost', 'object'), cave: room('cave', { abyss: 'down' }) };
    const { errors, changes } = load('light', { ...LIGHT, nodes });
    expect(errors.map((e) => e.entry)).toEqual(['ghost', 'coin', 'tail', 'cave → abyss']);
    expect(changes).toHaveLength(1 + 1 + 7 + 2);
  });

  it('of TextWorld give back every fact and every text', () => {
    const state = stateOf('textworld', TEXTWORLD);
    expect([state.get('k_0')!.in, state.get('f_0')!.in, state.get('r_0 → r_1')!.attrs]).toEqual(['P', 's_0', { to: 'r_1', direction: 'east', door: 'd_0', locked: true, key: 'k_0' }]);
    const written = FOREIGN.textworld.write(state);
    expect(sorted(written['world'])).toEqual(sorted(TEXTWORLD.world));
    expect(sorted((written['infos'] as [string, { name: unknown }][]).map(([id, info]) => [id, info.name]))).toEqual(sorted(TEXTWORLD.infos.map(([id, info]) => [id, (info as { name: unknown }).name])));
    expect(written['metadata']).toEqual(TEXTWORLD.metadata);
    expect(load('textworld', { world: ['nonsense'] }).errors).toHaveLength(1);
  });

  it('of lorebooks give back their entries, and name bad ones', () => {
    expect(FOREIGN.lorebook.write(stateOf('lorebook', LOREBOOK))).toEqual(LOREBOOK);
    const card = { entries: [{ keys: ['vale'], content: 'A valley.' }] };
    expect(FOREIGN.lorebook.write(stateOf('lorebook', card))).toEqual(card);
    const { errors, changes } = load('lorebook', { entries: { 0: { key: ['a'] }, 1: { key: 'a', content: 'x' }, 2: { key: [], content: 'x' }, 3: { key: ['b'], content: 'y' } } });
    expect([errors.map((e) => e.entry), changes.length]).toEqual([['0', '1', '2'], 2]);
  });
});
