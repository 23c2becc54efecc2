export const MODEL_ID = 1_700_000_000_001;
export const DECK_ID = 1_700_000_000_002;

/** Anki's collection, schema version 11. */
export const ANKI_SCHEMA = `
create table col (id integer primary key, crt integer not null, mod integer not null, scm integer not null, ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null, models text not null, decks text not null, dconf text not null, tags text not null);
create table notes (id integer primary key, guid text not null, mid integer not null, mod integer not null, usn integer not null, tags text not null, flds text not null, sfld text not null, csum integer not null, flags integer not null, data text not null);
create table cards (id integer primary key, nid integer not null, did integer not null, ord integer not null, mod integer not null, usn integer not null, type integer not null, queue integer not null, due integer not null, ivl integer not null, factor integer not null, reps integer not null, lapses integer not null, left integer not null, odue integer not null, odid integer not null, flags integer not null, data text not null);
create table revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null, ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null, type integer not null);
create table graves (usn integer not null, oid integer not null, type integer not null);
create index ix_notes_usn on notes (usn);
create index ix_cards_usn on cards (usn);
create index ix_revlog_usn on revlog (usn);
create index ix_cards_nid on cards (nid);
create index ix_cards_sched on cards (did, queue, due);
create index ix_revlog_cid on revlog (cid);
create index ix_notes_csum on notes (csum);
`;

/** The one row of a collection: a deck of its own, a note type with question, answer and source. */
export function ankiCollection(deck: string, seconds: number): { conf: string; models: string; decks: string; dconf: string } {
  const field = (name: string, ord: number) => ({ name, ord, sticky: false, rtl: false, font: 'Arial', size: 20, media: [] });
  const template = { name: 'Card 1', ord: 0, qfmt: '{{Question}}', afmt: '{{FrontSide}}<hr id=answer>{{Answer}}<br><br><small>{{Source}}</small>', bqfmt: '', bafmt: '', did: null };
  const model = { id: MODEL_ID, name: 'Holdfast', type: 0, mod: seconds, usn: -1, sortf: 0, did: DECK_ID, tmpls: [template], flds: ['Question', 'Answer', 'Source'].map(field), css: '.card { font-family: arial; font-size: 20px; }', latexPre: '', latexPost: '', tags: [], vers: [], req: [[0, 'all', [0]]] };
  const deckOf = (id: number, name: string) => ({ id, name, desc: '', mod: seconds, usn: -1, collapsed: false, browserCollapsed: false, newToday: [0, 0], revToday: [0, 0], lrnToday: [0, 0], timeToday: [0, 0], dyn: 0, extendNew: 10, extendRev: 50, conf: 1 });
  const settings = { id: 1, name: 'Default', mod: 0, usn: 0, maxTaken: 60, autoplay: true, timer: 0, replayq: true, dyn: false, new: { bury: true, delays: [1, 10], initialFactor: 2_500, ints: [1, 4, 7], order: 1, perDay: 20, separate: true }, rev: { bury: true, ease4: 1.3, fuzz: 0.05, ivlFct: 1, maxIvl: 36_500, minSpace: 1, perDay: 100 }, lapse: { delays: [10], leechAction: 0, leechFails: 8, minInt: 1, mult: 0 } };
  return {
    conf: JSON.stringify({ activeDecks: [DECK_ID], curDeck: DECK_ID, curModel: String(MODEL_ID), nextPos: 1, newSpread: 0, collapseTime: 1_200, timeLim: 0, estTimes: true, dueCounts: true, sortType: 'noteFld', sortBackwards: false, addToCur: true, dayLearnFirst: false }),
    models: JSON.stringify({ [MODEL_ID]: model }),
    decks: JSON.stringify({ 1: deckOf(1, 'Default'), [DECK_ID]: deckOf(DECK_ID, deck) }),
    dconf: JSON.stringify({ 1: settings }),
  };
}
