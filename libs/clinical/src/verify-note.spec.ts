import { describe, expect, it } from '@jest/globals';
import { verifyNote } from './verify-note.js';

const SOURCE = `[doctor] what brings you in ?
[patient] my left knee hurts . i fell off my bike about two weeks ago .
[doctor] any fever or chills ?
[patient] no .
[doctor] what are you taking for the pain ?
[patient] motrin , four hundred milligrams , twice a day .
[doctor] your blood pressure is one twenty over eighty . let's start meloxicam 15 milligrams once a day .`;

const checksOf = (note: string): string[] => verifyNote(SOURCE, note).sentences.flatMap((s) => s.mismatches.map((m) => m.check));

describe('a note against its transcript', () => {
  it.each(['Left knee pain.', 'He fell off his bike 2 weeks ago.', 'He takes ibuprofen 400 mg twice a day.', 'Blood pressure is 120/80.', 'Start meloxicam 15 mg once a day.', 'He denies fever or chills.'])('has support: %s', (note) => {
    expect(checksOf(note)).toEqual([]);
  });

  it.each([
    ['He takes ibuprofen 800 mg twice a day.', 'dose'],
    ['Start meloxicam 7.5 mg once a day.', 'dose'],
    ['He takes warfarin for the pain.', 'drug'],
    ['Blood pressure is 140/80.', 'number'],
    ['Right knee pain.', 'side'],
    ['He reports fever and chills.', 'negation'],
    ['Colonoscopy demonstrated sigmoid diverticulosis, internal hemorrhoids and a hyperplastic polyp near the cecum.', 'support'],
  ])('is doubted: %s', (note, check) => {
    expect(checksOf(note)).toContain(check);
  });

  it('gives spans that point into the note and the source', () => {
    const note = 'PLAN\n\nStart meloxicam 75 mg once a day.';
    const [sentence] = verifyNote(SOURCE, note).sentences;
    const [mismatch] = sentence!.mismatches;
    expect(note.slice(sentence!.span.start, sentence!.span.end)).toBe('Start meloxicam 75 mg once a day.');
    expect(note.slice(mismatch!.span.start, mismatch!.span.end)).toBe('75');
    expect(sentence!.evidence.every(({ start, end }) => SOURCE.slice(start, end).length > 0)).toBe(true);
  });
});
