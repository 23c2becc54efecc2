import { describe, expect, it } from '@jest/globals';
import { repeats, wholeQuotations } from './quotations.js';
import { indexSource } from './source-index.js';
import { verifyNote } from './verify-note.js';

const SOURCE = "[doctor] any chest pain , nausea or anything like that ?\n[patient] no , i don't have chest pain . i do cough .";
const quoted = (note: string): string[] => wholeQuotations(note, indexSource(SOURCE)).map((q) => note.slice(q.start, q.end));

describe('quotations of the source', () => {
  it('are whole where they are its sentences', () => {
    expect(quoted('Said “no, I don’t have chest pain.” and “i do cough.”')).toEqual(['“no, I don’t have chest pain.”', '“i do cough.”']);
    expect(quoted('“No, I don’t have chest pain. I do cough.”')).toHaveLength(1);
  });
  it('are not where they are a part, or other words', () => expect(quoted('“Chest pain.” “i have chest pain” “no, i have chest pain.”')).toEqual([]));
  it('have support, whatever the checks make of their wording; a part is checked', () => {
    const verdicts = (note: string): string[] => verifyNote(SOURCE, note).sentences.map((s) => s.verdict);
    expect(verdicts('“any chest pain, nausea or anything like that?”')).toEqual(['supported']);
    expect(verdicts('The patient reports chest pain.')).toEqual(['doubtful']);
  });
});

describe('a text', () => {
  it('repeats another one where its words stand there in a row', () => {
    expect(repeats('Allergies and reactions to drugs,', 'allergies and reactions to drugs, or that there are none')).toBe(true);
    expect(repeats('reactions and allergies', 'allergies and reactions to drugs')).toBe(false);
    expect(repeats('', 'any')).toBe(false);
  });
});
