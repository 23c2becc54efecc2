import { affinity, meaningOf, spanOf, unitOf } from '../context.js';
import { type NumberAt, statedNumbers } from '../numbers.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import { drugsIn, type SourceIndex } from '../source-index.js';

const DOSE_UNITS = new Set(['mg', 'mcg', 'g', 'ml', 'unit', 'tablet']);
/** "3/7" is three days, "2/52" two weeks, "4/12" four months in British notes. */
const NEAR = 6;
const MOST_PLACES = 100;
const BRITISH = new Set([7, 52, 12]);

export type NumberDoubts = { numbers: Doubt[]; doses: Doubt[] };

/** Numbers and doses that the source does not have, or has about something else. */
export function checkNumbers(sentence: ReadSentence, index: SourceIndex): NumberDoubts {
  const drugs = drugsIn(sentence.words);
  const numbers: Doubt[] = [];
  const doses: Doubt[] = [];
  for (const number of statedNumbers(sentence.words)) {
    if (isLabel(sentence, number)) continue;
    const next = unitOf(sentence.words[number.to + 1]);
    const dose = next !== null && DOSE_UNITS.has(next);
    const doubt = doubtOf(sentence, number, index, dose ? drugs.flatMap((d) => d.drugs) : []);
    (dose ? doses : numbers).push(doubt);
  }
  return { numbers, doses };
}

function doubtOf(sentence: ReadSentence, number: NumberAt, index: SourceIndex, drugs: string[]): Doubt {
  const places = placesOf(number.value, index);
  if (places.length === 0) return { score: isSaidAtAll(sentence, number, index) ? 1 : 0.93, from: number.from, to: number.to };
  const unit = unitOf(sentence.words[number.to + 1]);
  let best = { fit: -1, at: places[0]! };
  for (const at of places) {
    const sameUnit = unit !== null && [1, 2].some((i) => unitOf(index.words[at.to + i]) === unit);
    const sameDrug = drugs.length > 0 && index.drugs.some((d) => Math.abs(d.from - at.from) < 40 && d.drugs.some((x) => drugs.includes(x)));
    const fit = Math.min(1, affinity(sentence.words, number, index, at) * 0.5 + neighbours(sentence, number, index, at) * 0.5 + (sameUnit ? 0.2 : 0) + (sameDrug ? 0.3 : 0));
    if (fit > best.fit) best = { fit, at };
  }
  return { score: 0.9 * (1 - best.fit), from: number.from, to: number.to, source: spanOf(index, best.at) };
}

/** The share of the words next to the number in the note that stand next to it in the source. */
function neighbours({ words }: ReadSentence, { from, to }: NumberAt, index: SourceIndex, at: NumberAt): number {
  const before = words.slice(0, from).reverse().map(meaningOf).find((m) => m !== null);
  const after = words.slice(to + 1).map(meaningOf).find((m) => m !== null);
  const near = new Set(index.words.slice(Math.max(0, at.from - NEAR), at.to + 1 + NEAR).map(meaningOf));
  const own = [before, after].filter((m) => m !== undefined);
  return own.length === 0 ? 1 : own.filter((m) => near.has(m)).length / own.length;
}

/** Notes add ages and years that nobody says aloud: without an age or a year in the source, nothing there contradicts them. */
function isSaidAtAll({ words, text }: ReadSentence, { from, to, value }: NumberAt, index: SourceIndex): boolean {
  if (unitOf(words[to + 1]) === 'year' && words[to + 2]?.text === 'old') return index.words.some((w, i) => w.text === 'old' && index.words.slice(Math.max(0, i - 3), i).some((o) => unitOf(o) === 'year'));
  const inDate = /\d\/\d{1,2}\/\d/.test(text.slice(Math.max(0, words[from]!.start - 6), words[to]!.end + 6));
  if (inDate || (value >= 1900 && value < 2100)) return [...index.numbers.keys()].some((n) => n >= 1900 && n < 2100);
  return !(value === 10 || value === 0);
}

/** A year may be said by its last two digits, and the other way round. */
function placesOf(value: number, index: SourceIndex): NumberAt[] {
  const year = value >= 1900 && value < 2100;
  return [...(index.numbers.get(value) ?? []), ...(year ? (index.numbers.get(value % 100) ?? []) : [])].slice(0, MOST_PLACES);
}

/** The number of a list item, "L4", "COVID-19" and British durations state no amount. */
function isLabel({ text, words }: ReadSentence, { from, to, value }: NumberAt): boolean {
  const { start, end } = { start: words[from]!.start, end: words[to]!.end };
  if (from === 0 && /^[.)]\s/.test(text.slice(end)) && value < 30) return true;
  if (/covid-$/i.test(text.slice(0, start)) || /[A-Za-z]$/.test(text.slice(0, start)) && !/\bx$/i.test(text.slice(0, start))) return true;
  return text[start - 1] === '/' && BRITISH.has(value) && /\d\/$/.test(text.slice(0, start));
}
