import { affinity } from './context.js';
import { habitOf, type StemHabit } from './lexicon/habits.js';
import type { ReadSentence } from './sentence.js';
import type { SourceIndex } from './source-index.js';

const WINDOW = 40;
const MOST_PLACES = 60;

/** A content word of a sentence and what the source has of it. */
export type Aligned = {
  i: number;
  habit: StemHabit;
  negated: boolean;
  /** Where its own stem stands in the source. */
  places: number[];
  /** 1 where the source has the word, less where it has only what stands for it, 0 where neither. */
  support: number;
  /** How the source speaks of it, from -1 (negated) to 1 (affirmed), places like this sentence weighing more; 0 where unknown. */
  polarity: number;
};
export type Alignment = { words: Aligned[]; /** The place of the source with most of the sentence around it. */ best: { at: number; share: number } };

export function align(sentence: ReadSentence, index: SourceIndex): Alignment {
  const words = sentence.words.flatMap((word, i): Aligned[] => {
    if (!sentence.content[i]) return [];
    const habit = habitOf(word.stem);
    const places = (index.stems.get(word.stem) ?? []).slice(0, MOST_PLACES);
    const stand = habit.meanings.filter((m) => index.stems.has(m.stem));
    const support = places.length > 0 ? 1 : 0.9 * Math.max(0, ...stand.map((m) => m.sure));
    const around = places.length > 0 ? places : stand.slice(0, 2).flatMap((m) => index.stems.get(m.stem)!.slice(0, 10));
    return [{ i, habit, negated: sentence.negated[i]!, places, support, polarity: polarityAt(sentence, i, index, around) }];
  });
  return { words, best: bestPlace(words) };
}

function polarityAt(sentence: ReadSentence, i: number, index: SourceIndex, places: number[]): number {
  let sum = 0;
  let all = 0.02;
  for (const at of places) {
    const fit = 0.05 + affinity(sentence.words, { from: i, to: i }, index, { from: at, to: at }, 12) ** 2;
    sum += fit * index.words[at]!.polarity;
    all += fit;
  }
  return sum / all;
}

function bestPlace(words: Aligned[]): { at: number; share: number } {
  let best = { at: -1, share: 0 };
  for (const { places } of words) {
    for (const at of places) {
      const share = words.filter((w) => w.places.some((p) => Math.abs(p - at) < WINDOW / 2)).length / words.length;
      if (share > best.share) best = { at, share };
    }
  }
  return best;
}
