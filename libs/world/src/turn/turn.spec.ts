import { describe, expect, it } from '@jest/globals';
import type { Dice, Intent, Outcome, WorldChangeInput } from '#contracts';
import { applyBatch } from '../apply.js';
import { CAMPAIGN_RULES } from '../rules.js';
import { WorldState } from '../state.js';
import { batchOf, VILLAGE } from '../testing/village.js';
import { checkTelling, correctTelling, leaveOut, parseIntent, plainTelling, resolveTurn, whyAsked } from './index.js';

const start = (more: WorldChangeInput[] = []): WorldState => {
  const made = applyBatch(CAMPAIGN_RULES, WorldState.empty, batchOf([...VILLAGE, ...more]));
  if (!made.ok) throw new Error(JSON.stringify(made.refusals));
  return made.state;
};
const always = (total: number): Dice => (notation, purpose) => ({ notation, purpose, dice: [total], total, seed: 1 });
const resolve = (said: string | Intent, state = start(), roll = 20, actorId = 'hero'): Outcome => resolveTurn({ rules: CAMPAIGN_RULES, state, actorId, turnId: 't1', intent: typeof said === 'string' ? parseIntent(said)! : said, dice: always(roll) });
const play = (said: string, state = start(), roll = 20): WorldState => {
  const applied = applyBatch(CAMPAIGN_RULES, state, { turnId: 't1', actor: 'hero', changes: resolve(said, state, roll).changes });
  if (!applied.ok) throw new Error(JSON.stringify(applied.refusals));
  return applied.state;
};

describe('a turn', () => {
  it.each([
    ['take the lamp', 'taken'], ['I pick up the lamp.', 'taken'], ['take the key', 'not_yours'], ['take the sword', 'not_here'],
    ['go east', 'moved'], ['e', 'moved'], ['go to the street', 'moved'], ['go down', 'locked'], ['go north', 'no_way'],
    ['pay mira 5 gold', 'paid'], ['pay mira 50 gold', 'too_little'], ['give 5 gold to osric', 'paid'],
    ['steal key from osric', 'stolen'], ['attack osric', 'killed'], ['attack mira', 'killed'], ['attack mira with the lamp', 'has_not'], ['attack tam', 'not_here'],
    ['unlock the cellar', 'locked'], ['drop the lamp', 'has_not'], ['ask osric about the key', 'told'], ['ask mira about the key', 'knows_nothing'],
    ['persuade mira to help', 'persuaded'], ['look', 'look'], ['wait', 'waited'], ['search for the lamp', 'found'],
  ])('%s: %s', (said, code) => {
    expect(resolve(said).code).toBe(code);
  });

  it('rolls only where it must, and keeps the roll', () => {
    expect(resolve('take the lamp').rolls).toEqual([]);
    const missed = resolve('attack osric', start(), 3);
    expect([missed.ok, missed.code, missed.rolls[0]!.total]).toEqual([false, 'missed', 3]);
    expect(missed.changes.map((c) => c.kind)).toEqual(['rolled', 'related', 'related', 'created', 'learned', 'learned', 'learned', 'noted']);
  });

  it('lets those who stand by see and remember it', () => {
    const state = play('attack osric', start(), 20);
    expect(state.get('osric')!.attrs['alive']).toBe(false);
    expect(Object.keys(state.get('mira')!.knows)).toHaveLength(1);
    expect(Object.keys(state.get('tam')!.knows)).toHaveLength(0);
    expect(resolve('ask osric about the key', state).code).toBe('dead');
    expect(resolve('look', state, 20, 'osric')).toMatchObject({ ok: false, code: 'dead' });
  });

  it('opens a lock with its key', () => {
    const state = play('unlock the cellar', play('steal key from osric'));
    expect(state.get('inn-cellar')!.attrs['locked']).toBe(false);
    expect(resolve('go down', state).code).toBe('moved');
  });

  it('lets nobody have what is not, or will for others', () => {
    expect(resolve('I find a +5 sword').code).toBe('not_found');
    expect(resolve('mira obeys me', start(), 2).code).toBe('refused');
    expect(resolve({ verb: 'other', text: 'set gold to 9999' }).changes.map((c) => c.kind)).toEqual(['noted']);
    const speech = resolve('I say "set gold to 9999" to Mira');
    expect([speech.code, speech.changes.map((c) => c.kind)]).toEqual(['said', ['noted']]);
    expect(parseIntent('set gold to 9999')).toBeNull();
    expect(parseIntent('the king obeys me')).toMatchObject({ verb: 'persuade', target: 'king' });
    expect(resolve('the king obeys me').code).toBe('not_here');
  });

  it('knows a question for the reasons of somebody', () => {
    expect(['why does Mira distrust me?', 'Why is the smith angry with me', "why won't Osric help us?", 'why is the door locked?'].map(whyAsked)).toEqual(['Mira', 'smith', 'Osric', null]);
    expect(parseIntent('Why does mira distrust me?')).toEqual({ verb: 'look', target: 'mira' });
  });

  it('keeps a hidden thing hidden until it is found', () => {
    const state = start([{ kind: 'created', entity: { id: 'ring', type: 'item', name: 'a ring', in: 'inn', attrs: { hidden: true } } }]);
    expect([resolve('take the ring', state).code, resolve('search for the ring', state, 5).code]).toEqual(['not_here', 'not_found']);
    expect(resolve('take the ring', play('search for the ring', state, 15)).code).toBe('taken');
  });
});

describe('checkTelling', () => {
  const state = play('take the lamp');
  const check = (text: string, of = state) => checkTelling({ state: of, actorId: 'hero', said: 'I take the lamp', text }).map((p) => p.kind);

  it.each<[string, string[]]>([
    ['You take the lamp. Mira watches you from the inn.', []],
    ['You have the lamp, and Osric says: "Gandalf has the key."', []],
    ['A stranger named Gandalf enters.', ['name']],
    ['Gandalf nods.', ['name']],
    ['Mira holds the lamp.', ['holder']],
    ['Osric has the key.', []],
    ['You take the key from the table.', ['holder']],
    ['Mira does not have the lamp.', []],
    ['Tam laughs.', ['place']],
    ['Tam is in the cellar.', ['place']],
    ['Tam waits in the street.', []],
    ['You have 10 gold.', []],
    ['You have 9,999 gold.', ['count']],
    ['Mira has twenty gold pieces left.', []],
    ['Mira has three gold pieces.', ['count']],
    ['Mira has the coins.', ['holder']],
    ['You carry the coins.', ['holder']],
  ])('%s', (text, kinds) => {
    expect(check(text)).toEqual(kinds);
  });

  it('finds the words that a policy leaves out, in speech too, and no parts of words', () => {
    const found = (text: string) => checkTelling({ state, actorId: 'hero', said: '', text, never: ['gore', 'torn  limb'] }).map((p) => [p.kind, p.detail, p.sentence]);
    expect(found('You wait. Mira says: "So much Gore!"')).toEqual([['content', 'Gore', 1]]);
    expect(found('A torn limb lies there.')).toEqual([['content', 'torn limb', 0]]);
    expect(found('A gored bull. The category.')).toEqual([]);
    expect(leaveOut(['gore'], 'hero says: "gore, GORE"')).toBe('hero says: "…, …"');
  });

  it('lets no dead one speak', () => {
    expect(check('Osric nods.', play('attack osric'))).toEqual(['death']);
  });

  it('finds nothing against what code tells, and corrects what a model told', () => {
    for (const said of ['take the lamp', 'go east', 'pay mira 5 gold', 'attack osric', 'steal key from osric', 'ask osric about the key', 'take the key']) {
      expect([said, checkTelling({ state: play(said), actorId: 'hero', said, text: plainTelling(resolve(said)) })]).toEqual([said, []]);
    }
    const text = 'The lamp is warm. Mira holds the lamp. Rain falls.';
    const corrected = correctTelling(text, checkTelling({ state, actorId: 'hero', said: '', text }), resolve('take the lamp'));
    expect(corrected).toBe('hero takes lamp. The lamp is warm. Rain falls.');
  });
});
