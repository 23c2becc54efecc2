import type { Alignment } from '../align.js';
import { negationFeatures, supportFeatures } from '../features.js';
import { LINES } from '../lexicon/lines.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';

type Line = { bias: number; weights: readonly number[] };

const probability = ({ bias, weights }: Line, features: number[]): number => 1 / (1 + Math.exp(-features.reduce((sum, f, i) => sum + f * weights[i]!, bias)));

/** Whether the sentence negates what the source affirms, or the other way round; it names the word that most speaks for that. */
export function checkNegation(sentence: ReadSentence, alignment: Alignment, index: SourceIndex): Doubt[] {
  const [first, ...others] = alignment.words;
  if (!first) return [];
  const against = (w: typeof first): number => w.polarity * (w.negated ? 1 : -1);
  const worst = others.reduce((so, w) => (against(w) > against(so) ? w : so), first);
  return [doubt(probability(LINES.negation, negationFeatures(sentence, alignment, index)), worst.i, worst.places[0], index)];
}

/** Whether the source does not have the sentence at all; it names the word that is missing most. */
export function checkSupport(alignment: Alignment, index: SourceIndex, others: { number: number; drug: number; side: number }): Doubt[] {
  const [first, ...rest] = alignment.words;
  if (!first) return [];
  const missing = rest.reduce((so, w) => (w.support < so.support ? w : so), first);
  return [doubt(probability(LINES.support, supportFeatures(alignment, others)), missing.i, alignment.best.at < 0 ? undefined : alignment.best.at, index)];
}

function doubt(score: number, i: number, at: number | undefined, { words, utterances }: SourceIndex): Doubt {
  const there = at === undefined ? undefined : utterances[words[at]!.utterance];
  return { score, from: i, to: i, ...(there ? { source: { start: there.start, end: there.end } } : {}) };
}
