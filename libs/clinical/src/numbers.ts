import type { Word } from './words.js';

export type NumberAt = { value: number; /** Index of its first and last word. */ from: number; to: number };

const UNITS = new Map<string, number>('zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ').map((w, i) => [w, i]));
const TENS = new Map<string, number>('twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((w, i) => [w, 20 + 10 * i]));
const ORDINALS = new Map<string, number>('first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(' ').map((w, i) => [w, 1 + i]));
const SAID = new Map<string, number>(Object.entries({ once: 1, single: 1, twice: 2, couple: 2, both: 2, pair: 2, double: 2, bid: 2, thrice: 3, tid: 3, half: 0.5, quarter: 0.25, dozen: 12, fifties: 50, sixties: 60, seventies: 70, eighties: 80, nineties: 90, thirties: 30, forties: 40, twenties: 20, thirtieth: 30 }));
const MONTHS = new Map<string, number>('january february march april may june july august september october november december'.split(' ').map((w, i) => [w, 1 + i]));
const ROMAN = new Map<string, number>(Object.entries({ ii: 2, iii: 3, iv: 4 }));

/** The number that one word stands for. */
function plain(text: string): number | undefined {
  if (/^\d/.test(text)) return Number(text.replaceAll(',', ''));
  return UNITS.get(text) ?? TENS.get(text) ?? ORDINALS.get(text) ?? SAID.get(text) ?? ROMAN.get(text);
}

/** The numbers that a note states, each once: digits, and number words read together. */
export function statedNumbers(words: Word[]): NumberAt[] {
  const found: NumberAt[] = [];
  for (let i = 0; i < words.length; ) {
    const said = isOften(words, i) ? longest(words, i) : null;
    if (said && !(words[i]!.text === 'one' && said.to === i) && !ORDINALS.has(words[i]!.text) && !['single', 'both', 'half', 'quarter', 'couple', 'pair', 'double', 'iv'].includes(words[i]!.text)) found.push(said);
    i = said ? said.to + 1 : i + 1;
  }
  return found;
}

/** "Once" is a number in "once a day" only. */
const isOften = (words: Word[], i: number): boolean => words[i]!.text !== 'once' || ['a', 'an', 'daily', 'per', 'every', 'weekly', 'monthly', 'each'].includes(words[i + 1]?.text ?? '');

/** All numbers that a spoken text may mean: "one twenty" is 1, 20 and 120, "january" is 1 and "nine" in "two thousand nine" is 9 too. */
export function possibleNumbers(words: Word[]): NumberAt[] {
  const found: NumberAt[] = [];
  for (let i = 0; i < words.length; i++) {
    const month = MONTHS.get(words[i]!.text);
    if (month !== undefined) found.push({ value: month, from: i, to: i });
    if (words[i]!.text === 'a' || words[i]!.text === 'an') found.push({ value: 1, from: i, to: i });
    for (let to = i; to < Math.min(words.length, i + 7); to++) {
      const values = valuesOf(words.slice(i, to + 1).map((w) => w.text));
      for (const value of values) found.push({ value, from: i, to });
    }
  }
  return found;
}

function longest(words: Word[], from: number): NumberAt | null {
  for (let to = Math.min(words.length, from + 7) - 1; to >= from; to--) {
    const [value] = valuesOf(words.slice(from, to + 1).map((w) => w.text));
    if (value !== undefined) return { value, from, to };
  }
  return null;
}

/** What a whole sequence of words can mean as one number; empty where it is none. */
function valuesOf(texts: string[]): number[] {
  const [first = '', ...rest] = texts;
  if (first === 'point' && rest.length === 1 && plain(rest[0]!) !== undefined) return [Number(`0.${plain(rest[0]!)}`)];
  const head = plain(first);
  if (head === undefined || texts.at(-1) === 'and') return [];
  if (rest.length === 0) return [head];
  const point = texts.findIndex((t) => t === 'point');
  if (point > 0) {
    const [whole] = valuesOf(texts.slice(0, point));
    const digits = texts.slice(point + 1).map(plain);
    return whole === undefined || digits.length === 0 || digits.some((d) => d === undefined) ? [] : [Number(`${whole}.${digits.join('')}`)];
  }
  if (texts.length === 4 && texts.slice(1).join(' ') === 'and a half') return [head + 0.5];
  if (/^\d/.test(first) && rest[0] !== 'hundred' && rest[0] !== 'thousand') return [];
  return [spoken(texts), paired(texts)].filter((v) => v !== null);
}

/** "two thousand nine", "one hundred and twenty", "twenty six". */
function spoken(texts: string[]): number | null {
  let total = 0;
  let part = 0;
  let before = Infinity;
  for (const text of texts) {
    if (text === 'and') continue;
    if (text === 'hundred') part = (part || 1) * 100;
    else if (text === 'thousand') [total, part] = [total + (part || 1) * 1_000, 0];
    else {
      const value = plain(text);
      if (value === undefined || SAID.has(text) || (value >= 10 && before < 100) || (value < 10 && before < 10)) return null;
      part += value;
      before = value;
      continue;
    }
    before = Infinity;
  }
  return total + part;
}

/** "one twenty" for 120, "one oh five" for 105, "nineteen eighty nine" for 1989. */
function paired(texts: string[]): number | null {
  const [first, ...rest] = texts;
  const head = plain(first!);
  const tail = rest[0] === 'oh' || rest[0] === 'o' ? plain(rest[1] ?? '') : spoken(rest);
  if (head === undefined || tail === undefined || tail === null || rest.some((t) => ['hundred', 'thousand', 'and'].includes(t))) return null;
  const year = head >= 10 && head <= 20 && tail >= 10 && tail < 100;
  return year || (head < 10 && head > 0 && tail < 100 && (tail >= 10 || rest.length === 2)) ? head * 100 + tail : null;
}
