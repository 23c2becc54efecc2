import { NOTE_CHECKS, type NoteCheck } from '#contracts';
import { align, type Alignment } from './align.js';
import { checkDrugs } from './checks/drugs.js';
import { checkNegation, judgeWords } from './checks/negation.js';
import { checkNumbers, numbersOf } from './checks/numbers.js';
import { checkSides, sidesOf } from './checks/sides.js';
import { checkSupport, type OtherDoubts } from './checks/support.js';
import { type Learnt, learnt } from './learnt.js';
import { noteSentences } from './note-sentences.js';
import { wholeQuotations } from './quotations.js';
import { type Doubt, readSentence, type ReadSentence } from './sentence.js';
import { indexSource, type SourceIndex } from './source-index.js';

export type CheckedSentence = ReadSentence & { doubts: Record<NoteCheck, Doubt[]> };
export const CHECKS = NOTE_CHECKS;
export type Check = NoteCheck;

/** Every sentence of a note with what each check doubts in it: nothing in whole quotations. Headings are left out. */
export function checkNote(source: string | SourceIndex, note: string): CheckedSentence[] {
  const index = typeof source === 'string' ? indexSource(source) : source;
  const quoted = wholeQuotations(note, index);
  return noteSentences(note).filter((s) => !s.heading).map((s) => {
    const sentence = readSentence(s);
    return quoted.some((q) => q.start <= s.start && s.end <= q.end) ? { ...sentence, doubts: NO_DOUBTS } : checkSentence(sentence, index, learnt());
  });
}

const NO_DOUBTS: Record<NoteCheck, Doubt[]> = { dose: [], number: [], drug: [], side: [], negation: [], support: [] };

export function checkSentence(sentence: ReadSentence, index: SourceIndex, by: Learnt, alignment: Alignment = align(sentence, index, by.habits)): CheckedSentence {
  const { numbers: number, doses: dose } = checkNumbers(numbersOf(sentence, alignment, index), index, by);
  const [drug, side] = [checkDrugs(sentence, index), checkSides(sidesOf(sentence, alignment, index), index, by)];
  const negation = checkNegation(sentence, alignment, judgeWords(sentence, alignment, index, by), index, by);
  const support = checkSupport(sentence, alignment, index, othersOf({ number, dose, drug, side }), by);
  return { ...sentence, doubts: { dose, number, drug, side, negation, support } };
}

/** What the check of support takes from the others. */
export const othersOf = ({ number, dose, drug, side }: Record<'number' | 'dose' | 'drug' | 'side', Doubt[]>): OtherDoubts => ({ number: most([...number, ...dose]), drug: most(drug), side: most(side) });

const most = (doubts: Doubt[]): number => Math.max(0, ...doubts.map((d) => d.score));

/** The strongest doubt of a check, 0 where it has none. */
export const scoreOf = (sentence: CheckedSentence, check: Check): number => most(sentence.doubts[check]);
