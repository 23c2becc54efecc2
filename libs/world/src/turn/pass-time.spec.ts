import { describe, expect, it } from '@jest/globals';
import type { Dice, WorldChangeInput } from '#contracts';
import { applyBatch, CAMPAIGN_RULES, passTime, WorldState } from '../index.js';
import { batchOf, VILLAGE } from '../testing/village.js';

const start = (more: WorldChangeInput[] = []): WorldState => {
  const made = applyBatch(CAMPAIGN_RULES, WorldState.empty, batchOf([...VILLAGE, ...more]));
  if (!made.ok) throw new Error(JSON.stringify(made.refusals));
  return made.state;
};
const always = (total: number): Dice => (notation, purpose) => ({ notation, purpose, dice: [total], total, seed: 1 });
const pass = (state: WorldState, roll = 3) => {
  const outcome = passTime({ rules: CAMPAIGN_RULES, state, turnId: 't', dice: always(roll) });
  if (!outcome) return { outcome, state };
  const applied = applyBatch(CAMPAIGN_RULES, state, { turnId: 't', changes: outcome.changes });
  if (!applied.ok) throw new Error(JSON.stringify(applied.refusals));
  return { outcome, state: applied.state };
};
const times = (state: WorldState, n: number, roll = 3): WorldState => (n === 0 ? state : times(pass(state, roll).state, n - 1, roll));
const clock = (id: string, attrs: Record<string, unknown>): WorldChangeInput => ({ kind: 'created', entity: { id, type: 'clock', name: id, attrs: { filled: 0, segments: 2, ...attrs } as never } });

describe('time that passes while nobody plays', () => {
  it('moves a faction’s clock by a die that is kept', () => {
    const filled = (roll: number): unknown => pass(start(), roll).state.get('rising')!.attrs['filled'];
    expect([1, 2, 4, 6].map(filled)).toEqual([0, 1, 2, 3]);
    expect(pass(start(), 4).outcome).toMatchObject({ code: 'time_passed', summary: 'guild works at rising.', rolls: [{ total: 4, purpose: 'guild: rising' }] });
  });

  it('moves other clocks by one, at every n-th passing, and none beyond its end', () => {
    const state = start([clock('tide', {}), clock('moon', { every: 3 })]);
    const after = (n: number) => ['tide', 'moon'].map((id) => times(state, n).get(id)!.attrs['filled']);
    expect([after(1), after(2), after(3), after(6), after(20)]).toEqual([[1, 0], [2, 0], [2, 1], [2, 2], [2, 2]]);
  });

  it('brings about what a clock was counting down to, once, and starts over one that repeats', () => {
    const then = [{ kind: 'moved', id: 'tam', to: 'inn', cause: 'the guild sent for him' }, { kind: 'related', relation: 'trust', from: 'mira', to: 'hero', by: -10, cause: 'the guild spread a rumour' }];
    const state = start([clock('plot', { then }), clock('watch', { repeats: true })]);
    const done = times(state, 2);
    expect([done.get('tam')!.in, done.get('mira')!.relations['trust:hero'], done.get('watch')!.attrs['filled']]).toEqual(['inn', -10, 0]);
    expect(times(state, 6).get('mira')!.relations['trust:hero']).toBe(-10);
  });

  it('tells what the rules forbid as a failure, and changes nothing of it', () => {
    const state = start([clock('plot', { then: [{ kind: 'paid', from: 'tam', to: 'hero', attr: 'gold', amount: 5 }] }), clock('riddle', { then: [{ kind: 'nonsense' }] })]);
    const second = pass(pass(state).state);
    expect(second.outcome!.summary).toContain('plot comes to nothing. riddle comes to nothing.');
    expect(second.state.get('hero')!.attrs['gold']).toBe(10);
  });

  it('pays factions their income, and is nothing where nothing is due', () => {
    const state = start([{ kind: 'created', entity: { id: 'crown', type: 'faction', name: 'the crown', attrs: { gold: 1, income: 7 } } }]);
    expect(times(state, 3).get('crown')!.attrs['gold']).toBe(22);
    expect(pass(times(start(), 20)).outcome).toBeNull();
  });
});
