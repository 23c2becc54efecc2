import { NOTE_CHECKS, type NoteCheck } from '#contracts';
import { checkDrugs } from './checks/drugs.js';
import { checkNumbers } from './checks/numbers.js';
import { checkPolarity } from './checks/polarity.js';
import { checkSides } from './checks/sides.js';
import { checkSupport } from './checks/support.js';
import { noteSentences } from './note-sentences.js';
import { type Doubt, readSentence, type ReadSentence } from './sentence.js';
import { indexSource, type SourceIndex } from './source-index.js';
import { weightOf } from './lexicon/weights.js';

export const CHECKS = NOTE_CHECKS;
export type Check = NoteCheck;
export type CheckedSentence = ReadSentence & { doubts: Record<Check, Doubt[]> };

/** Every sentence of a note with what each check doubts in it. Headings are left out. */
export function checkNote(source: string | SourceIndex, note: string): CheckedSentence[] {
  const index = typeof source === 'string' ? indexSource(source) : source;
  return noteSentences(note).filter((s) => !s.heading).map((s) => {
    const sentence = readSentence(s);
    const { numbers, doses } = checkNumbers(sentence, index);
    return { ...sentence, doubts: { dose: doses, number: numbers, drug: checkDrugs(sentence, index), side: checkSides(sentence, index), negation: checkPolarity(sentence, index), support: checkSupport(sentence, index, weightOf) } };
  });
}

/** The strongest doubt of a check, 0 where it has none. */
export const scoreOf = (sentence: CheckedSentence, check: Check): number => Math.max(0, ...sentence.doubts[check].map((d) => d.score));
