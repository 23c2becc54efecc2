import { affinity, spanOf } from '../context.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { isContent } from '../words.js';

/** Findings that the note affirms and the source negates, or the other way round: how much of the sentence's evidence is against it. */
export function checkPolarity(sentence: ReadSentence, index: SourceIndex): Doubt[] {
  let against = 0;
  let known = 0;
  let worst: { weight: number; i: number; at: number } | null = null;
  sentence.words.forEach((word, i) => {
    const places = isContent(word) ? index.stems.get(word.stem) : undefined;
    if (!places) return;
    const stated = sentence.negated[i] ? -1 : 1;
    const rarity = 1 / Math.sqrt(places.length);
    let sum = 0;
    let all = 0;
    for (const at of places) {
      const fit = 0.05 + affinity(sentence.words, { from: i, to: i }, index, { from: at, to: at }, 12) ** 2;
      sum += fit * index.words[at]!.polarity * stated;
      all += fit;
    }
    const agreement = sum / all;
    known += rarity * Math.abs(agreement);
    if (agreement >= 0) return;
    against += rarity * -agreement;
    if (!worst || rarity * -agreement > worst.weight) worst = { weight: rarity * -agreement, i, at: places[0]! };
  });
  const found = worst as { i: number; at: number } | null;
  return found ? [{ score: (against / known) * (known / (known + 0.3)), from: found.i, to: found.i, source: spanOf(index, { from: found.at, to: found.at }) }] : [];
}
