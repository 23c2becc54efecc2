import type { Alignment } from '../align.js';
import { type Judged, negationFeatures } from '../features/negation.js';
import { wordFeatures } from '../features/word.js';
import { turnsOfPhrase } from '../features/wording.js';
import { logOddsOf, probabilityOf } from '../forest.js';
import type { Learnt } from '../learnt.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { wordingOdds } from '../wording.js';
import { utteranceAt } from './utterance-at.js';

const MOST_ODDS = 6;

/** Of each content word, the log odds that a note of this source negates it. */
export function judgeWords(sentence: ReadSentence, alignment: Alignment, index: SourceIndex, { forests }: Learnt): Judged[] {
  return alignment.words.map((word) => {
    const { features, polarity, near } = wordFeatures(sentence, alignment, word, index);
    return { word, polarity, near, odds: Math.max(-MOST_ODDS, Math.min(MOST_ODDS, logOddsOf(forests.word, features))) };
  });
}

/** Whether the sentence negates what the source affirms, or the other way round; it names the word that most speaks for that. */
export function checkNegation(sentence: ReadSentence, alignment: Alignment, judged: readonly Judged[], index: SourceIndex, { forests, wording }: Learnt): Doubt[] {
  const [first, ...others] = judged;
  if (!first) return [];
  const against = ({ word, odds }: Judged): number => (word.negated ? -odds : odds);
  const { word } = others.reduce((so, j) => (against(j) > against(so) ? j : so), first);
  const odds = wordingOdds(wording, turnsOfPhrase(sentence, alignment, index));
  return [{ score: probabilityOf(forests.negation, negationFeatures(sentence, alignment, judged, odds)), from: word.i, to: word.i, ...utteranceAt(word.places[0], index) }];
}
