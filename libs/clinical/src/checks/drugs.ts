import type { Doubt, ReadSentence } from '../sentence.js';
import { drugsIn, type SourceIndex } from '../source-index.js';

/** Drugs that the source names neither so nor by another name. One that sounds like a word there may have been misheard. */
export function checkDrugs({ words }: ReadSentence, index: SourceIndex): Doubt[] {
  const named = new Set(index.drugs.flatMap((d) => d.drugs));
  return drugsIn(words).map(({ drugs, from, to, name }) => {
    if (drugs.some((d) => named.has(d))) return { score: 0, from, to };
    const like = index.words.find((w) => sounds(name, w.text));
    return like ? { score: 0.3, from, to, expected: like.text, source: { start: like.start, end: like.end } } : { score: 1, from, to };
  });
}

function sounds(name: string, word: string): boolean {
  if (word.length < 5 || Math.abs(name.length - word.length) > 2) return false;
  return name.slice(0, 2) === word.slice(0, 2) && distance(name, word) <= (name.length > 7 ? 3 : 2);
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
