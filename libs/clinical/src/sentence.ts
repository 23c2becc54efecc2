import { negated } from './negation.js';
import type { NoteSentence } from './note-sentences.js';
import { isContent, type Word, wordsOf } from './words.js';

/** A sentence of the note, read. Offsets of its words are in its own text. */
export type ReadSentence = NoteSentence & { words: Word[]; negated: boolean[]; content: boolean[] };
/** What does not match: how sure it is in [0,1], the words it is about, and where the nearest of the source stands. */
export type Doubt = { score: number; from: number; to: number; expected?: string; source?: { start: number; end: number } };

export function readSentence(sentence: NoteSentence): ReadSentence {
  const words = wordsOf(sentence.text);
  return { ...sentence, words, negated: negated(words, sentence.text), content: words.map(isContent) };
}
