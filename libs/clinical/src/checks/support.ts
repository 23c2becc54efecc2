import { meaningOf, spanOf } from '../context.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';

const WINDOW = 60;

/** How much of what a sentence says stands nowhere in the source, and how scattered the rest is. */
export function checkSupport(sentence: ReadSentence, index: SourceIndex, weightOf: (stem: string) => number): Doubt[] {
  const said = sentence.words.flatMap((word, i) => {
    const meaning = meaningOf(word);
    return meaning ? [{ i, meaning, weight: weightOf(meaning), places: index.stems.get(word.stem) ?? [] }] : [];
  });
  if (said.length === 0) return [];
  const all = said.reduce((sum, s) => sum + s.weight, 0);
  const anywhere = said.reduce((sum, s) => sum + (s.places.length > 0 ? s.weight : 0), 0) / all;
  let together = { share: 0, at: 0 };
  for (const { places } of said) {
    for (const at of places) {
      const share = said.reduce((sum, s) => sum + (s.places.some((p) => Math.abs(p - at) < WINDOW / 2) ? s.weight : 0), 0) / all;
      if (share > together.share) together = { share, at };
    }
  }
  const certainty = all / (all + 1);
  const missing = said.filter((s) => s.places.length === 0).sort((a, b) => b.weight - a.weight)[0] ?? said[0]!;
  return [{ score: certainty * (1 - 0.5 * anywhere - 0.5 * together.share), from: missing.i, to: missing.i, ...(together.share > 0 ? { source: spanOf(index, { from: together.at, to: together.at }) } : {}) }];
}
