import type { Alignment } from '../align.js';
import { affinity, meaningOf, unitOf } from '../context.js';
import type { NumberAt } from '../numbers.js';
import type { ReadSentence } from '../sentence.js';
import { drugsIn, type SourceIndex } from '../source-index.js';
import { flag, mean } from './figures.js';

const NEAR = 6;
const MOST_PLACES = 60;
const MONTHS = new Set('january february march april may june july august september october november december'.split(' '));
const DURATIONS = new Set(['day', 'week', 'month', 'year', 'hour', 'minute']);

type Fit = { fit: number; wide: number; narrow: number; neighbours: number; unit: number; drug: number; at: NumberAt };
const NONE: Omit<Fit, 'at'> = { fit: 0, wide: 0, narrow: 0, neighbours: 0, unit: 0, drug: 0 };
export type NumberClaim = { features: number[]; /** The source has its partner, of "120/80", beside another number and never beside this one. */ contradicted: boolean; /** Where the source has the number most like here. */ own: NumberAt | null; /** Where it has another one in the same place. */ other: NumberAt | null };

/** What tells whether the source has a number, and has it of the same. `stated` are all numbers of the sentence. */
export function numberClaim(sentence: ReadSentence, alignment: Alignment, number: NumberAt, stated: readonly NumberAt[], index: SourceIndex, dose: boolean): NumberClaim {
  const { words } = sentence;
  const unit = unitOf(words[number.to + 1]);
  const drugs = dose ? drugsIn(words).flatMap((d) => d.drugs) : [];
  const fit = (at: NumberAt): Fit => fitOf(sentence, number, unit, drugs, index, at);
  const places = placesOf(number.value, index);
  const own = places.map(fit).reduce(better, null);
  const said = new Set(stated.map((s) => s.value));
  const rivals = index.stated.filter((s) => !said.has(s.value) && !places.some((p) => p.from <= s.to && s.from <= p.to));
  const other = rivals.slice(0, 3 * MOST_PLACES).map(fit).reduce(better, null);
  const [a, b] = [own ?? NONE, other ?? NONE];
  const sameUnit = (of: readonly NumberAt[]): number => (unit === null ? 0 : of.filter((n) => unitAt(index, n) === unit).length);
  const whole = own !== null && index.stated.some((s) => s.from === own.at.from && s.to === own.at.to && s.value === number.value);
  const partner = partnerOf(sentence, number, stated, places, rivals, index);
  const features = [
    flag(own !== null), Math.log(1 + places.length), a.fit, a.wide, a.narrow, a.neighbours, a.unit, a.drug, b.fit, b.wide, b.narrow, b.neighbours, b.unit, b.drug, a.fit - b.fit, a.narrow - b.narrow,
    Math.log(1 + sameUnit(rivals)), Math.log(1 + sameUnit(places)), flag(whole), flag(whole && /^\d/.test(index.words[own.at.from]!.text)), ...kindsOf(sentence, number, unit, dose),
    flag(isSaidAtAll(sentence, number, unit, index)), Math.log(index.words.length), alignment.best.share, mean(alignment.words.map((w) => w.odds)), stated.length, Math.log(1 + index.stated.length),
    own === null || alignment.best.at < 0 ? 0 : 1 / (1 + Math.abs(own.at.from - alignment.best.at) / 20), other === null || alignment.best.at < 0 ? 0 : 1 / (1 + Math.abs(other.at.from - alignment.best.at) / 20),
    flag(partner.named), flag(partner.there), flag(partner.own), flag(partner.other),
  ];
  return { features, contradicted: partner.pressure && partner.there && partner.other && !partner.own, own: own?.at ?? null, other: other?.at ?? null };
}

const better = (so: Fit | null, fit: Fit): Fit => (so === null || fit.fit > so.fit ? fit : so);

function fitOf(sentence: ReadSentence, number: NumberAt, unit: string | null, drugs: readonly string[], index: SourceIndex, at: NumberAt): Fit {
  const [wide, narrow] = [affinity(sentence.words, number, index, at, 25), affinity(sentence.words, number, index, at, 8)];
  const near = neighbours(sentence, number, index, at);
  const there = unitAt(index, at);
  const same = unit === null || there === null ? 0 : unit === there ? 1 : -1;
  const drug = flag(drugs.length > 0 && index.drugs.some((d) => Math.abs(d.from - at.from) < 40 && d.drugs.some((x) => drugs.includes(x))));
  return { fit: 0.25 * wide + 0.25 * narrow + 0.3 * near + 0.2 * same + 0.2 * drug, wide, narrow, neighbours: near, unit: same, drug, at };
}

const BESIDE = 2;

/** Lower readings of a blood pressure are days of a month, or parts of a fraction. */
const PRESSURE = 30;

type Partner = Record<'named' | 'there' | 'own' | 'other' | 'pressure', boolean>;

/** Of "120/80", where the source has the one: whether it has the other beside it, or another number. */
function partnerOf({ text, words }: ReadSentence, number: NumberAt, stated: readonly NumberAt[], places: readonly NumberAt[], rivals: readonly NumberAt[], index: SourceIndex): Partner {
  const partner = stated.find((s) => s.from === number.to + 1 || s.to === number.from - 1);
  if (!partner) return { named: false, there: false, own: false, other: false, pressure: false };
  const there = index.numbers.get(partner.value) ?? [];
  const beside = (of: readonly NumberAt[]): boolean => of.some((o) => there.some((p) => (o.from > p.to ? o.from - p.to <= BESIDE : p.from > o.to && p.from - o.to <= BESIDE)));
  const [first, second] = partner.from > number.to ? [number, partner] : [partner, number];
  const pressure = Math.min(number.value, partner.value) >= PRESSURE && text.slice(words[first.to]!.end, words[second.from]!.start).trim() === '/';
  return { named: true, there: there.length > 0, own: beside(places), other: beside(rivals), pressure };
}

const unitAt = (index: SourceIndex, at: NumberAt): string | null => unitOf(index.words[at.to + 1]) ?? unitOf(index.words[at.to + 2]);

/** The share of the words next to the number in the note that stand next to it in the source. */
function neighbours({ words }: ReadSentence, { from, to }: NumberAt, index: SourceIndex, at: NumberAt): number {
  const before = words.slice(0, from).reverse().map(meaningOf).find((m) => m !== null);
  const after = words.slice(to + 1).map(meaningOf).find((m) => m !== null);
  const near = new Set(index.words.slice(Math.max(0, at.from - NEAR), at.to + 1 + NEAR).map(meaningOf));
  const own = [before, after].filter((m) => m !== undefined);
  return own.length === 0 ? 1 : own.filter((m) => near.has(m)).length / own.length;
}

/** What kind of number it is. */
function kindsOf({ words, text }: ReadSentence, { from, to, value }: NumberAt, unit: string | null, dose: boolean): number[] {
  const before = text.slice(Math.max(0, words[from]!.start - 6), words[from]!.start);
  const after = text.slice(words[to]!.end, words[to]!.end + 6);
  const year = value >= 1900 && value < 2100;
  const date = /\d[/-]\d{1,2}[/-]\d/.test(before + text.slice(words[from]!.start, words[to]!.end) + after) || MONTHS.has(words[from - 1]?.text ?? '') || MONTHS.has(words[to + 1]?.text ?? '');
  const age = unit === 'year' && words[to + 2]?.text === 'old';
  return [
    flag(dose), flag(year), flag(date), flag(age), flag(/\d\s?\/\s?$/.test(before) || /^\s?\/\s?\d/.test(after)), flag(DURATIONS.has(unit ?? '')), flag(unit === '%'), flag(unit === null), flag(unit === 'times' || words[from]!.text === 'twice'),
    Math.log10(value + 0.01), flag(value < 10), flag(!Number.isInteger(value)), flag(!/^\d/.test(words[from]!.text)), flag(/#|:\s?$|[A-Za-z]-$/.test(before)), flag(/^(?:st|nd|rd|th)\b|^\+|^:\d/.test(after)),
  ];
}

/** Notes add ages and years that nobody says aloud: without an age or a year in the source, nothing there contradicts them. */
function isSaidAtAll({ words, text }: ReadSentence, { from, to, value }: NumberAt, unit: string | null, index: SourceIndex): boolean {
  if (unit === 'year' && words[to + 2]?.text === 'old') return index.words.some((w, i) => w.text === 'old' && index.words.slice(Math.max(0, i - 3), i).some((o) => unitOf(o) === 'year'));
  const inDate = /\d\/\d{1,2}\/\d/.test(text.slice(Math.max(0, words[from]!.start - 6), words[to]!.end + 6));
  if (inDate || (value >= 1900 && value < 2100)) return [...index.numbers.keys()].some((n) => n >= 1900 && n < 2100);
  return !(value === 10 || value === 0);
}

/** A year may be said by its last two digits. */
function placesOf(value: number, index: SourceIndex): NumberAt[] {
  const year = value >= 1900 && value < 2100;
  return [...(index.numbers.get(value) ?? []), ...(year ? (index.numbers.get(value % 100) ?? []) : [])].slice(0, MOST_PLACES);
}
