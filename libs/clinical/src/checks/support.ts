import type { Alignment } from '../align.js';
import { supportFeatures } from '../features/support.js';
import { probabilityOf } from '../forest.js';
import type { Learnt } from '../learnt.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { utteranceAt } from './utterance-at.js';

/** Strongest doubts of the other checks. */
export type OtherDoubts = { number: number; drug: number; side: number };

/** Whether the source does not have the sentence at all; it names the word that is missing most. */
export function checkSupport(sentence: ReadSentence, alignment: Alignment, index: SourceIndex, others: OtherDoubts, { forests }: Learnt): Doubt[] {
  const [first, ...rest] = alignment.words;
  if (!first) return [];
  const { i } = rest.reduce((so, w) => (w.odds < so.odds ? w : so), first);
  return [{ score: probabilityOf(forests.support, supportFeatures(sentence, alignment, index, others)), from: i, to: i, ...utteranceAt(alignment.best.at < 0 ? undefined : alignment.best.at, index) }];
}
