import type { Item, ResearchResult } from '../../contract.js';
import { citing, inventedNumbers, overlap, quotesOf, stringOf, text } from './item-format.js';
import { dateIn, type ReadDate, readDate } from './dates.js';
import type { Task } from './task.js';
import { behind, coverageOf, nextUnit } from './walk.js';

const PER_UNIT = 4;
/** Events that share so much are one event; two dates of it are a conflict. */
const SAME = 0.7;

/** Events with their dates, as exact as the sources are; two dates of one event stand side by side. */
export const timeline: Task = {
  kind: 'timeline',
  cites: () => true,
  async turn(ctx, state, scope) {
    const unit = await nextUnit(ctx, state, scope);
    if (!unit) return null;
    return { prompt: 'Note the dated events above, as JSON. "what" says what happened; "date" is when, as written there; "until" is when it ended, or empty; "sentences" are the names of the sentences above that say so.', items: citing({ date: text(4, 40), until: text(0, 40), what: text(8, 200) }, unit.shown), min: 0, max: PER_UNIT, shown: unit.shown, after: (s) => behind(s, unit) };
  },
  take(item, citations): Item | string {
    const what = stringOf(item, 'what');
    const date = readDate(stringOf(item, 'date'));
    const until = readDate(stringOf(item, 'until'));
    if (what === '' || !date) return 'An event lacks what happened, or a date that can be read.';
    const quoted = quotesOf(citations);
    if (!dateIn(date, quoted)) return `The date ${date.iso} does not stand in the sentences that were named.`;
    const invented = inventedNumbers(what, quoted);
    if (invented.length) return `The number ${invented[0]} of an event does not stand in the sentences that were named.`;
    const ends = until && until.iso > date.iso && dateIn(until, quoted) ? until : null;
    return { text: what, citations, extra: { date: date.iso, precision: date.precision, ...(ends ? { until: ends.iso } : {}) } };
  },
  result(_input, state): ResearchResult {
    const items = [...(state.items ?? [])].sort((a, b) => (a.extra['date']! < b.extra['date']! ? -1 : 1));
    const dated = (i: number): ReadDate => ({ iso: items[i]!.extra['date']!, precision: items[i]!.extra['precision'] as ReadDate['precision'] });
    const conflicts = (i: number): number[] => items.flatMap((other, j) => (j !== i && overlap(other.text, items[i]!.text) >= SAME && differ(dated(i), dated(j)) ? [j] : []));
    const events = items.map((e, i) => ({ date: e.extra['date']!, precision: e.extra['precision']!, until: e.extra['until'] ?? null, what: e.text, citations: e.citations, conflictsWith: conflicts(i) }));
    return { answer: events.map((e) => `${e.date}: ${e.what}`).join('\n'), claims: [], found: events.length > 0, events, coverage: coverageOf(state) };
  },
  cited: (result) => result.events ?? [],
};

/** A year and a day in it do not contradict each other. */
function differ(a: ReadDate, b: ReadDate): boolean {
  const shorter = Math.min(a.iso.length, b.iso.length);
  return a.iso.slice(0, shorter) !== b.iso.slice(0, shorter);
}
