import type { Alignment } from '../align.js';
import { spanOf, unitOf } from '../context.js';
import { numberClaim, type NumberClaim } from '../features/number.js';
import { probabilityOf } from '../forest.js';
import type { Learnt } from '../learnt.js';
import { type NumberAt, statedNumbers } from '../numbers.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';

const DOSE_UNITS = new Set(['mg', 'mcg', 'g', 'ml', 'unit', 'tablet']);
/** "3/7" is three days, "2/52" two weeks, "4/12" four months in British notes. */
const BRITISH = new Set([7, 52, 12]);

/** Too few notes have it for it to be learnt. */
const CONTRADICTED = 0.97;

export type NumberDoubts = { numbers: Doubt[]; doses: Doubt[] };
export type StatedNumber = { number: NumberAt; dose: boolean; claim: NumberClaim };

/** The numbers that a sentence states, with what the source has of them. */
export function numbersOf(sentence: ReadSentence, alignment: Alignment, index: SourceIndex): StatedNumber[] {
  const stated = statedNumbers(sentence.words);
  return stated.filter((n) => !isLabel(sentence, n)).map((number) => {
    const dose = DOSE_UNITS.has(unitOf(sentence.words[number.to + 1]) ?? '');
    return { number, dose, claim: numberClaim(sentence, alignment, number, stated, index, dose) };
  });
}

/** Numbers and doses that the source does not have, or has about something else. */
export function checkNumbers(numbers: readonly StatedNumber[], index: SourceIndex, { forests }: Learnt): NumberDoubts {
  const doubts = numbers.map(({ number, dose, claim }) => {
    const place = claim.own ?? claim.other;
    return { dose, doubt: { score: claim.contradicted ? CONTRADICTED : probabilityOf(forests.number, claim.features), from: number.from, to: number.to, ...(place ? { source: spanOf(index, place) } : {}) } };
  });
  return { numbers: doubts.filter((d) => !d.dose).map((d) => d.doubt), doses: doubts.filter((d) => d.dose).map((d) => d.doubt) };
}

/** The number of a list item, "L4", "COVID-19" and British durations state no amount. */
function isLabel({ text, words }: ReadSentence, { from, to, value }: NumberAt): boolean {
  const { start, end } = { start: words[from]!.start, end: words[to]!.end };
  if (from === 0 && /^[.)]\s/.test(text.slice(end)) && value < 30) return true;
  if (/covid-$/i.test(text.slice(0, start)) || (/[A-Za-z]$/.test(text.slice(0, start)) && !/\bx$/i.test(text.slice(0, start)))) return true;
  return text[start - 1] === '/' && BRITISH.has(value) && /\d\/$/.test(text.slice(0, start));
}
