import type { SourceIndex } from './source-index.js';
import { isContent, type Word } from './words.js';

const UNIT_NAMES: Record<string, string> = { mg: 'mg', mgs: 'mg', milligram: 'mg', milligrams: 'mg', mcg: 'mcg', microgram: 'mcg', micrograms: 'mcg', g: 'g', gram: 'g', grams: 'g', ml: 'ml', milliliter: 'ml', milliliters: 'ml', mm: 'mm', millimeter: 'mm', millimeters: 'mm', cm: 'cm', centimeter: 'cm', centimeters: 'cm', day: 'day', days: 'day', daily: 'day', week: 'week', weeks: 'week', weekly: 'week', month: 'month', months: 'month', monthly: 'month', year: 'year', years: 'year', yearly: 'year', hour: 'hour', hours: 'hour', minute: 'minute', minutes: 'minute', percent: '%', '%': '%', degrees: 'degree', degree: 'degree', pound: 'pound', pounds: 'pound', lbs: 'pound', times: 'times', old: 'age', units: 'unit', unit: 'unit', tablets: 'tablet', tablet: 'tablet', pill: 'tablet', pills: 'tablet', pack: 'pack', packs: 'pack', kg: 'kg', feet: 'feet', inches: 'inch', points: 'point' };

/** A unit's one name, or null. */
export const unitOf = (word: Word | undefined): string | null => (word ? (UNIT_NAMES[word.text] ?? null) : null);

/** The stem of a word that says something, or its unit. */
export const meaningOf = (word: Word): string | null => unitOf(word) ?? (isContent(word) ? word.stem : null);

/** How much of what stands around a place of a sentence stands around a place of the source, in [0,1]; near words weigh more. */
export function affinity(words: Word[], at: { from: number; to: number }, index: SourceIndex, there: { from: number; to: number }, reach = 30): number {
  const around = new Set<string>();
  for (let i = Math.max(0, there.from - reach); i < Math.min(index.words.length, there.to + reach + 1); i++) {
    const meaning = meaningOf(index.words[i]!);
    if (meaning && (i < there.from || i > there.to)) around.add(meaning);
  }
  let all = 0;
  let shared = 0;
  words.forEach((word, i) => {
    const meaning = i >= at.from && i <= at.to ? null : meaningOf(word);
    if (!meaning) return;
    const weight = 1 / (1 + Math.max(at.from - i, i - at.to) / 3);
    all += weight;
    if (around.has(meaning)) shared += weight;
  });
  return all === 0 ? 1 : shared / all;
}

export const spanOf = (index: SourceIndex, { from, to }: { from: number; to: number }): { start: number; end: number } => ({ start: index.words[from]!.start, end: index.words[to]!.end });
