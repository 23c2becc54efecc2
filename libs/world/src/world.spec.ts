import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { WorldChangeInput } from '#contracts';
import { applyBatch, CAMPAIGN_RULES, diffStates, fold, WorldState } from './index.js';
import { batchOf, VILLAGE } from './testing/village.js';

const start = (): WorldState => {
  const made = applyBatch(CAMPAIGN_RULES, WorldState.empty, batchOf(VILLAGE));
  if (!made.ok) throw new Error(JSON.stringify(made.refusals));
  return made.state;
};
const turn = (state: WorldState, changes: WorldChangeInput[], actor?: string) => applyBatch(CAMPAIGN_RULES, state, batchOf(changes, { turnId: uuidv7(), ...(actor ? { actor } : {}) }));
const after = (...turns: WorldChangeInput[][]): WorldState => turns.reduce((state, changes) => {
  const applied = turn(state, changes);
  if (!applied.ok) throw new Error(JSON.stringify(applied.refusals));
  return applied.state;
}, start());
const rule = (changes: WorldChangeInput[], actor?: string, state = start()): string => {
  const applied = turn(state, changes, actor);
  return applied.ok ? 'ok' : applied.refusals[0]!.rule;
};

describe('a batch', () => {
  it('is applied as a whole, one version an event', () => {
    const state = start();
    expect([state.version, state.size]).toEqual([VILLAGE.length, 18]);
    const applied = turn(state, [{ kind: 'moved', id: 'lamp', to: 'hero', cause: 'taken' }, { kind: 'moved', id: 'hero', to: 'street', via: 'inn-street' }], 'hero');
    expect(applied.ok && [applied.state.version, applied.state.get('lamp')!.in, applied.state.get('hero')!.in]).toEqual([VILLAGE.length + 2, 'hero', 'street']);
  });

  it('is refused as a whole, and leaves the state as it was', () => {
    const state = start();
    const before = state.bytes();
    expect(rule([{ kind: 'moved', id: 'lamp', to: 'hero', cause: 'taken' }, { kind: 'moved', id: 'hero', to: 'cellar', via: 'inn-cellar' }], 'hero', state)).toBe('exits');
    expect(state.bytes()).toBe(before);
  });

  it('gives the same bytes when it is folded again, in whatever order entities were made', () => {
    const state = after([{ kind: 'paid', from: 'mira', to: 'hero', attr: 'gold', amount: 5 }], [{ kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -10, cause: 'lied to her' }]);
    const log = [...batchOf(VILLAGE).changes, ...batchOf([{ kind: 'paid', from: 'mira', to: 'hero', attr: 'gold', amount: 5 }, { kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -10, cause: 'lied to her' }]).changes];
    expect(fold(WorldState.empty, log).bytes()).toBe(state.bytes());
    expect(WorldState.of(state.version, state.sorted().reverse()).bytes()).toBe(state.bytes());
  });
});

describe('invariants', () => {
  it.each<[string, WorldChangeInput[], string]>([
    ['a location stands on its own', [{ kind: 'moved', id: 'inn', to: 'street', cause: 'magic' }], 'containment'],
    ['a character is not inside an item', [{ kind: 'moved', id: 'tam', to: 'chest', cause: 'hides' }], 'containment'],
    ['nothing is inside itself', [{ kind: 'moved', id: 'chest', to: 'coins', cause: 'magic' }], 'containment'],
    ['an item is somewhere', [{ kind: 'created', entity: { id: 'sword', type: 'item', name: 'a sword' } }], 'containment'],
    ['what holds something is not destroyed', [{ kind: 'removed', id: 'chest', cause: 'fire' }], 'containment'],
    ['nothing happens to what does not exist', [{ kind: 'moved', id: 'sword', to: 'hero', cause: 'found' }], 'existence'],
    ['an id is given once', [{ kind: 'created', entity: { id: 'lamp', type: 'item', name: 'another', in: 'inn' } }], 'identity'],
    ['a type is one of the rules', [{ kind: 'created', entity: { id: 'x', type: 'spaceship', name: 'x' } }], 'type'],
    ['an attribute fits its type', [{ kind: 'changed', id: 'lamp', set: { open: 'very' } }], 'type'],
    ['an exit leads somewhere', [{ kind: 'created', entity: { id: 'e', type: 'exit', name: 'e', in: 'inn', attrs: { to: 'nowhere', oneWay: true } } }], 'exits'],
    ['an exit leads back', [{ kind: 'created', entity: { id: 'e', type: 'exit', name: 'e', in: 'street', attrs: { to: 'cellar' } } }], 'exits'],
    ['an exit that leads back is not taken away alone', [{ kind: 'removed', id: 'street-inn', cause: 'walled up' }], 'exits'],
    ['an exit may go one way', [{ kind: 'created', entity: { id: 'e', type: 'exit', name: 'e', in: 'street', attrs: { to: 'cellar', oneWay: true } } }], 'ok'],
    ['nobody walks through a locked door', [{ kind: 'moved', id: 'hero', to: 'cellar', via: 'inn-cellar' }], 'exits'],
    ['nobody walks out of a place they are not in', [{ kind: 'moved', id: 'hero', to: 'inn', via: 'street-inn' }], 'exits'],
    ['nobody is moved without exit or cause', [{ kind: 'moved', id: 'hero', to: 'street' }], 'exits'],
    ['life is not an attribute', [{ kind: 'changed', id: 'tam', set: { alive: false } }], 'death'],
    ['gold is not an attribute', [{ kind: 'changed', id: 'hero', set: { gold: 9_999 } }], 'amounts'],
    ['nobody pays what they do not have', [{ kind: 'paid', from: 'tam', to: 'hero', attr: 'gold', amount: 1 }], 'amounts'],
    ['an amount does not fall below 0', [{ kind: 'amount', id: 'coins', attr: 'count', by: -31, cause: 'lost' }], 'amounts'],
    ['a relation has a cause', [{ kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -5, cause: ' ' }], 'relations'],
    ['a relation changes slowly', [{ kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: 21, cause: 'gift' }], 'relations'],
    ['nor in small steps of one turn', [{ kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: 15, cause: 'gift' }, { kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: 15, cause: 'gift' }], 'relations'],
    ['nobody sees what is elsewhere', [{ kind: 'learned', who: 'tam', fact: 'theft', how: 'saw' }], 'knowledge'],
    ['who is there sees it', [{ kind: 'learned', who: 'mira', fact: 'theft', how: 'saw' }], 'ok'],
    ['nobody is told by one who does not know', [{ kind: 'learned', who: 'hero', fact: 'theft', how: 'told', by: 'mira' }], 'knowledge'],
    ['nor by one who is elsewhere', [{ kind: 'learned', who: 'tam', fact: 'theft', how: 'told', by: 'osric' }], 'knowledge'],
    ['one who knows may tell', [{ kind: 'learned', who: 'hero', fact: 'theft', how: 'told', by: 'osric' }], 'ok'],
    ['no turn gives a past', [{ kind: 'learned', who: 'tam', fact: 'theft', how: 'background' }], 'knowledge'],
    ['a clock does not overflow', [{ kind: 'ticked', id: 'rising', by: 7 }], 'amounts'],
  ])('%s', (_, changes, expected) => {
    expect(rule(changes)).toBe(expected);
  });

  it('lets the dead do nothing', () => {
    const state = after([{ kind: 'died', id: 'osric', cause: 'the rats' }]);
    expect([
      rule([{ kind: 'moved', id: 'key', to: 'inn', cause: 'dropped' }], 'osric', state),
      rule([{ kind: 'moved', id: 'osric', to: 'street', via: 'inn-street' }], undefined, state),
      rule([{ kind: 'learned', who: 'hero', fact: 'theft', how: 'told', by: 'osric' }], undefined, state),
      rule([{ kind: 'died', id: 'osric', cause: 'again' }], undefined, state),
      rule([{ kind: 'related', relation: 'trust', from: 'osric', to: 'hero', by: 1, cause: 'mercy' }], undefined, state),
      rule([{ kind: 'moved', id: 'key', to: 'hero', cause: 'taken' }], 'hero', state),
    ]).toEqual(['death', 'death', 'death', 'death', 'death', 'ok']);
  });

  it('takes a game’s own rules', () => {
    const rules = { name: 'plan', types: { task: { attrs: { type: 'object', properties: { done: { type: 'boolean' } }, required: ['done'] }, within: ['task'], placed: false } }, relations: { blocks: { min: 0, max: 1, maxChange: 1 } }, amounts: [], invariants: ['containment' as const, 'relations' as const] };
    const made = applyBatch(rules, WorldState.empty, batchOf([
      { kind: 'created', entity: { id: 'a', type: 'task', name: 'a', attrs: { done: false } } },
      { kind: 'created', entity: { id: 'b', type: 'task', name: 'b', in: 'a', attrs: { done: false } } },
      { kind: 'related', relation: 'blocks', from: 'b', to: 'a', by: 1, cause: 'order' },
    ]));
    expect(made.ok && made.state.get('b')!.relations).toEqual({ 'blocks:a': 1 });
    expect(applyBatch(rules, WorldState.empty, batchOf([{ kind: 'created', entity: { id: 'a', type: 'task', name: 'a' } }])).ok).toBe(false);
  });
});

describe('diffStates', () => {
  it('names what differs, and nothing where nothing does', () => {
    const state = start();
    const next = after([{ kind: 'moved', id: 'lamp', to: 'hero', cause: 'taken' }], [{ kind: 'created', entity: { id: 'rat', type: 'character', name: 'a rat', in: 'cellar' } }]);
    const diff = diffStates(state, next);
    expect(diff.entities.map((e) => [e.id, e.before?.in ?? null, e.after?.in])).toEqual([['lamp', 'inn', 'hero'], ['rat', null, 'cellar']]);
    expect(diffStates(next, next).entities).toEqual([]);
  });
});
