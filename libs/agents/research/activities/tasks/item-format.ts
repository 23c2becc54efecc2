import type { Citation, CitedClaim, Item } from '../../contract.js';
import { type JsonSchema, object, oneOf } from '../formats.js';
import type { NamedPassage } from '../shown.js';
import type { NoteItem } from './task.js';

export const text = (minLength: number, maxLength: number): JsonSchema => ({ type: 'string', minLength, maxLength });

/** Fields, and the names of one to three sentences that say so. */
export function citing(fields: Record<string, JsonSchema>, shown: NamedPassage[]): JsonSchema {
  const names = shown.flatMap((p) => p.sentences.map((s) => s.name));
  return object({ ...fields, sentences: { type: 'array', items: oneOf(names.length ? names : ['S0']), minItems: 1, maxItems: 3 } });
}

export const stringOf = (item: NoteItem, field: string): string => (typeof item[field] === 'string' ? item[field].replace(/\s+/g, ' ').trim() : '');
export const claimOf = ({ text: words, citations }: Item): CitedClaim => ({ text: words, citations, support: 'unchecked' });
export const quotesOf = (citations: Citation[]): string => citations.map((c) => c.quote).join(' ');

/** Share of the smaller one's words, without the commonest short ones, that two texts have in common. */
export function overlap(a: string, b: string): number {
  const [one, two] = [wordsOf(a), wordsOf(b)];
  const shared = [...one].filter((w) => two.has(w)).length;
  return shared / Math.max(1, Math.min(one.size, two.size));
}

const wordsOf = (t: string): Set<string> => new Set((t.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((w) => w.length > 3 || /\d/.test(w)));

/** Numbers of `said` that do not stand in `quoted`: a value nobody has stated. */
export function inventedNumbers(said: string, quoted: string): string[] {
  const numbers = (t: string): string[] => (t.match(/\d+(?:[.,]\d+)*/g) ?? []).map((n) => n.replace(/,(?=\d{3}\b)/g, ''));
  const there = new Set(numbers(quoted));
  return numbers(said).filter((n) => !there.has(n));
}
