import { describe, expect, it } from '@jest/globals';
import { align, indexSource, noteSentences, printWording, readSentence, readWording, turnsOfPhrase, wordingOdds } from '#clinical';
import { learnWording } from './learn-wording.js';

const SOURCE = '[doctor] any fever ?\n[patient] no .\n[doctor] do you recall the dose ?\n[patient] no .';
const turnsOf = (text: string): string[] => {
  const [sentence, index] = [readSentence(noteSentences(text)[0]!), indexSource(SOURCE)];
  return turnsOfPhrase(sentence, align(sentence, index, new Map()), index);
};

describe('turns of phrase', () => {
  it('are words, kinds of words, and what is negated beside what the source negates', () => {
    const turns = turnsOf('She does recall the dose.');
    expect(turns).toEqual(expect.arrayContaining(['does recall', '/^ she does *', '+dose', '=+no:recall']));
    expect(turnsOf('She does not recall the dose.')).toEqual(expect.arrayContaining(['not recall', 'not>recall', '=-no:recall']));
  });

  it('tell, of verbs that were not seen, where a "not" was left out', () => {
    const verbs = ['help', 'take', 'drink', 'smoke', 'want', 'need', 'walk', 'sleep'];
    const examples = verbs.flatMap((verb) => [{ turns: turnsOf(`She does ${verb} much.`), positive: true, weight: 1 }, { turns: turnsOf(`She does not ${verb} much.`), positive: false, weight: 1 }]);
    const wording = learnWording(examples);
    const read = readWording(printWording(wording));
    expect(read).toEqual(wording);
    expect(wordingOdds(read, turnsOf('She does recall much.'))).toBeGreaterThan(1);
    expect(wordingOdds(read, turnsOf('She does not recall much.'))).toBeLessThan(-1);
  });
});
