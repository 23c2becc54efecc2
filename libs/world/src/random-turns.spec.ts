import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import type { Entity, WorldChange, WorldChangeInput } from '#contracts';
import { applyBatch, CAMPAIGN_RULES, diffStates, fold, WorldState } from './index.js';
import { batchOf, VILLAGE } from './testing/village.js';

const RUNS = 200;
const TURNS = 100;

const IDS = ['inn', 'street', 'cellar', 'mira', 'osric', 'tam', 'hero', 'lamp', 'key', 'chest', 'coins', 'theft', 'guild', 'rising', 'inn-street', 'street-inn', 'inn-cellar', 'cellar-inn', 'new1', 'new2', 'nobody'];
const id = fc.constantFrom(...IDS);
const person = fc.constantFrom('mira', 'osric', 'tam', 'hero');
const cause = fc.constantFrom('a reason', '');
const by = fc.integer({ min: -40, max: 40 });
const change: fc.Arbitrary<WorldChangeInput> = fc.oneof(
  fc.record({ kind: fc.constant('moved' as const), id, to: id, cause }),
  fc.record({ kind: fc.constant('moved' as const), id: person, to: fc.constantFrom('inn', 'street', 'cellar'), via: fc.constantFrom('inn-street', 'street-inn', 'inn-cellar', 'cellar-inn') }),
  fc.record({ kind: fc.constant('moved' as const), id: fc.constantFrom('lamp', 'key', 'coins', 'chest'), to: id, cause: fc.constant('handed over') }),
  fc.record({ kind: fc.constant('paid' as const), from: person, to: person, attr: fc.constant('gold'), amount: fc.integer({ min: 1, max: 15 }) }),
  fc.record({ kind: fc.constant('amount' as const), id, attr: fc.constantFrom('gold', 'hp', 'count', 'alive'), by, cause }),
  fc.record({ kind: fc.constant('related' as const), relation: fc.constantFrom('trust', 'owes', 'love'), from: person, to: person, by, cause }),
  fc.record({ kind: fc.constant('learned' as const), who: person, fact: fc.constantFrom('theft', 'lamp'), how: fc.constantFrom('saw', 'told', 'background'), by: fc.option(person) }),
  fc.record({ kind: fc.constant('removed' as const), id, cause }),
  fc.record({ kind: fc.constant('changed' as const), id, set: fc.oneof(fc.record({ locked: fc.boolean() }), fc.record({ alive: fc.boolean() }), fc.record({ gold: by }), fc.record({ to: id }), fc.record({ oneWay: fc.boolean() })) }),
  fc.record({ kind: fc.constant('created' as const), entity: fc.record({ id: fc.constantFrom('new1', 'new2', 'lamp'), type: fc.constantFrom('item', 'character', 'exit', 'fact'), name: fc.constant('new'), in: fc.option(id), attrs: fc.oneof(fc.constant({}), fc.record({ to: id }), fc.constant({ text: 'new' })) }) }),
  fc.record({ kind: fc.constant('ticked' as const), id, by: fc.integer({ min: 1, max: 3 }) }),
);
/** Death is rare, or soon nobody is left who acts. */
const event = fc.oneof({ weight: 80, arbitrary: change }, { weight: 1, arbitrary: fc.record({ kind: fc.constant('died' as const), id: person, cause }) });
const turns = fc.array(fc.record({ actor: fc.option(person, { nil: undefined, freq: 1 }), changes: fc.oneof({ weight: 3, arbitrary: fc.array(event, { minLength: 1, maxLength: 1 }) }, fc.array(event, { minLength: 2, maxLength: 3 })) }), { minLength: TURNS, maxLength: TURNS });

/** The invariants once more, written without the engine's code and looked up in the whole state. */
function violations(state: WorldState): string[] {
  const all = state.sorted().filter((e) => !e.gone);
  const alive = new Map(all.map((e) => [e.id, e]));
  const climb = (e: Entity, seen: string[] = []): boolean => (e.in === null ? true : !seen.includes(e.id) && alive.has(e.in) && climb(alive.get(e.in)!, [...seen, e.id]));
  return all.flatMap((e) => [
    ...(climb(e) ? [] : [`${e.id} is in a circle or nowhere`]),
    ...(['item', 'character', 'exit'].includes(e.type) && e.in === null ? [`${e.id} is not placed`] : []),
    ...(e.type === 'exit' && !alive.has(String(e.attrs['to'])) ? [`${e.id} leads nowhere`] : []),
    ...(e.type === 'exit' && e.attrs['oneWay'] !== true && !all.some((x) => x.type === 'exit' && x.in === e.attrs['to'] && x.attrs['to'] === e.in) ? [`${e.id} has no way back`] : []),
    ...(['gold', 'hp', 'count'].some((a) => Number(e.attrs[a] ?? 0) < 0) ? [`${e.id} has less than nothing`] : []),
    ...Object.entries(e.relations).flatMap(([key, value]) => (Math.abs(value) > (key.startsWith('owes') ? 1_000_000 : 100) || (key.startsWith('owes') && value < 0) ? [`${e.id} ${key} is out of bounds`] : [])),
    ...Object.entries(e.knows).flatMap(([fact, k]) => (k.how === 'told' && !(fact in (state.get(k.by ?? '')?.knows ?? {})) ? [`${e.id} was told by one who did not know`] : [])),
  ]);
}

/** What no turn may have done: the dead acted, or money came from nothing. */
function wrongs(before: WorldState, after: WorldState, changes: WorldChange[], actor: string | undefined): string[] {
  const dead = (id: string): boolean => before.get(id)?.attrs['alive'] === false;
  const gold = (s: WorldState): number => [...s].reduce((sum, e) => sum + Number(e.attrs['gold'] ?? 0), 0);
  const earned = changes.reduce((sum, c) => sum + (c.kind === 'amount' && c.attr === 'gold' ? c.by : c.kind === 'created' ? Number(c.entity.attrs['gold'] ?? 0) : 0), 0);
  return [
    ...(actor && dead(actor) ? ['the dead acted'] : []),
    ...changes.flatMap((c) => (c.kind === 'moved' && c.via && dead(c.id) ? ['the dead walked'] : [])),
    ...[...after].filter((e) => dead(e.id) && e.attrs['alive'] !== false).map(() => 'the dead rose'),
    ...(gold(after) === gold(before) + earned ? [] : ['gold came or went without a cause']),
    ...[...after].flatMap((e) => Object.entries(e.relations).filter(([key, value]) => !key.startsWith('owes') && Math.abs(value - (before.get(e.id)?.relations[key] ?? 0)) > 20).map(() => 'a relation leapt')),
  ];
}

describe(`${RUNS * TURNS} random turns`, () => {
  it('never leave a state that breaks an invariant, and replay to the same bytes', () => {
    let applied = 0;
    fc.assert(
      fc.property(turns, (all) => {
        const setup = batchOf(VILLAGE);
        const made = applyBatch(CAMPAIGN_RULES, WorldState.empty, setup);
        if (!made.ok) throw new Error('the village does not stand');
        let state = made.state;
        const log: WorldChange[] = [...setup.changes];
        for (const { actor, changes } of all) {
          const batch = batchOf(changes, { turnId: uuidv7(), ...(actor ? { actor } : {}) });
          const result = applyBatch(CAMPAIGN_RULES, state, batch);
          if (!result.ok) continue;
          applied++;
          expect(wrongs(state, result.state, batch.changes, actor)).toEqual([]);
          expect(result.state.version).toBe(state.version + changes.length);
          state = result.state;
          log.push(...batch.changes);
        }
        expect(violations(state)).toEqual([]);
        const replayed = fold(WorldState.empty, log);
        expect(replayed.bytes()).toBe(state.bytes());
        expect(diffStates(replayed, state).entities).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // The generator is worth something only where many of its turns pass.
    expect(applied).toBeGreaterThan(RUNS * TURNS * 0.1);
  });
});
