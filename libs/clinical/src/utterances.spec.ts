import { describe, expect, it } from '@jest/globals';
import { indexSource, type Polarity } from './source-index.js';
import { utterancesOf } from './utterances.js';

const answersOf = (source: string): [string, 'yes' | 'no' | null][] => utterancesOf(source).filter((u) => u.question).map((u) => [source.slice(u.start, u.end).trim(), u.answer]);
const polarityOf = (source: string, word: string): Polarity => indexSource(source).words.find((w) => w.text === word)!.polarity;

describe('the utterances of a transcript', () => {
  it('are answered by the next speaker', () => expect(answersOf('[doctor] any fever ? any chills ?\n[patient] no .')).toEqual([['any fever ?', 'no'], ['any chills ?', 'no']]));
  it('are answered after a word or two', () => expect(answersOf('Doctor: Any fever?\nPatient: Um. No.')).toEqual([['Any fever?', 'no']]));
  it('have speakers with digits or of a single letter', () => {
    expect(answersOf('consultation02_doctor: Any fever?\nconsultation02_patient: No. Just a cough.')).toEqual([['Any fever?', 'no']]);
    expect(answersOf('D: Any fever?\nP: No.')).toEqual([['Any fever?', 'no']]);
  });
  it('ask without a mark, after what was said before', () => {
    const source = '[doctor] okay that is good and have you ever injured your knees before\n[patient] no i have knee pain now';
    expect(answersOf(source)).toEqual([['have you ever injured your knees before', 'no']]);
    expect([polarityOf(source, 'good'), polarityOf(source, 'injured')]).toEqual([1, -1]);
  });
  it('ask with a full stop', () => expect(answersOf('Doctor: Any visual changes.\nPatient: Nothing.')).toEqual([['Any visual changes.', 'no']]));
  it('say, where no plain answer follows', () => expect(answersOf('[doctor] i will see if they have any\n[patient] when should i come back')).toEqual([]));
  it('are not refused by "no problem"', () => expect(answersOf('[doctor] can you lift your arm ?\n[patient] no problem .')).toEqual([['can you lift your arm ?', null]]));
});

describe('a negation in speech without marks', () => {
  it('ends where another clause begins', () => {
    const source = "[doctor] i don't see any swelling and i'm going to listen to your lungs";
    expect([polarityOf(source, 'swelling'), polarityOf(source, 'lungs')]).toEqual([-1, 1]);
  });
  it('is an answer before a clause', () => expect(polarityOf('[patient] no i have knee pain', 'pain')).toBe(1));
});
