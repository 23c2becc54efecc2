import { NOTE_CHECKS, type NoteCheck } from '#contracts';
import { align } from './align.js';
import { checkDrugs } from './checks/drugs.js';
import { checkNumbers } from './checks/numbers.js';
import { checkSides } from './checks/sides.js';
import { checkNegation, checkSupport } from './checks/whole-sentence.js';
import { noteSentences } from './note-sentences.js';
import { type Doubt, readSentence, type ReadSentence } from './sentence.js';
import { indexSource, type SourceIndex } from './source-index.js';

export type CheckedSentence = ReadSentence & { doubts: Record<NoteCheck, Doubt[]> };
export const CHECKS = NOTE_CHECKS;
export type Check = NoteCheck;

/** Every sentence of a note with what each check doubts in it. Headings are left out. */
export function checkNote(source: string | SourceIndex, note: string): CheckedSentence[] {
  const index = typeof source === 'string' ? indexSource(source) : source;
  return noteSentences(note).filter((s) => !s.heading).map((s) => {
    const sentence = readSentence(s);
    const alignment = align(sentence, index);
    const { numbers: number, doses: dose } = checkNumbers(sentence, index);
    const [drug, side] = [checkDrugs(sentence, index), checkSides(sentence, index)];
    const support = checkSupport(alignment, index, { number: most([...number, ...dose]), drug: most(drug), side: most(side) });
    return { ...sentence, doubts: { dose, number, drug, side, negation: checkNegation(sentence, alignment, index), support } };
  });
}

const most = (doubts: Doubt[]): number => Math.max(0, ...doubts.map((d) => d.score));

/** The strongest doubt of a check, 0 where it has none. */
export const scoreOf = (sentence: CheckedSentence, check: Check): number => most(sentence.doubts[check]);
