import type { Aligned, Alignment } from '../align.js';
import { affinity } from '../context.js';
import type { ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { logOdds, mean, most } from './figures.js';

/** Before a stem was seen often, what stems do in general. */
const USUAL = { negated: 0.12, weight: 4 };
const MOST_PLACES = 25;
const NEAR = 20;

/** Log odds that notes negate a word. */
export const usuallyNegated = ({ habit }: Aligned): number => logOdds((habit.negated * habit.times + USUAL.negated * USUAL.weight) / (habit.times + USUAL.weight));

/** What tells whether a note of this source would negate a word that stands in this sentence. Nothing of it says whether the sentence does. */
export function wordFeatures(sentence: ReadSentence, alignment: Alignment, word: Aligned, index: SourceIndex): { features: number[]; polarity: number; near: number } {
  const there = spokenOf(sentence, word, index, alignment.best.at);
  const others = alignment.words.filter((w) => w !== word);
  const around = others.flatMap((w) => w.places.filter((p) => Math.abs(p - alignment.best.at) <= NEAR).map((p) => index.words[p]!.polarity));
  const features = [
    usuallyNegated(word), Math.log(1 + word.habit.times), word.support, word.odds, Math.log(1 + word.places.length),
    there.mean, there.nearest, there.least, there.most, there.negated, there.asked, there.inStretch, there.last,
    mean(around), mean(others.map(usuallyNegated)), most(others.map(usuallyNegated)), alignment.best.share, Math.log(1 + alignment.words.length), Math.log(index.words.length), word.habit.negated, word.habit.missing,
  ];
  return { features, polarity: there.mean, near: there.inStretch };
}

type Spoken = Record<'mean' | 'nearest' | 'least' | 'most' | 'negated' | 'asked' | 'inStretch' | 'last', number>;

/** How the source speaks of a word: polarities from -1 to 1 and shares, places whose surroundings are like the sentence weighing more. */
function spokenOf(sentence: ReadSentence, { i, places }: Aligned, index: SourceIndex, best: number): Spoken {
  if (places.length === 0) return { mean: 0, nearest: 0, least: 0, most: 0, negated: 0, asked: 0, inStretch: 0, last: 0 };
  const near = [...places].sort((a, b) => Math.abs(a - best) - Math.abs(b - best)).slice(0, MOST_PLACES).map((at) => {
    const { polarity, asked } = index.words[at]!;
    return { at, polarity, asked: asked ? 1 : 0, fit: 0.05 + affinity(sentence.words, { from: i, to: i }, index, { from: at, to: at }, 12) ** 2 };
  });
  const all = near.reduce((sum, p) => sum + p.fit, 0);
  const weighed = (of: (p: (typeof near)[number]) => number): number => near.reduce((sum, p) => sum + p.fit * of(p), 0) / all;
  const polarities = near.map((p) => p.polarity);
  return {
    mean: weighed((p) => p.polarity),
    nearest: near.reduce((so, p) => (p.fit > so.fit ? p : so)).polarity,
    least: Math.min(...polarities),
    most: Math.max(...polarities),
    negated: weighed((p) => (p.polarity === -1 ? 1 : 0)),
    asked: weighed((p) => p.asked),
    inStretch: mean(near.filter((p) => Math.abs(p.at - best) <= NEAR).map((p) => p.polarity)),
    last: near.reduce((so, p) => (p.at > so.at ? p : so)).polarity,
  };
}
