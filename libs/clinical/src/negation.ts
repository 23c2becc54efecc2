import type { Word } from './words.js';

const BEFORE = new Set(['no', 'not', 'denies', 'denied', 'denying', 'deny', 'without', 'never', 'nil', 'none', 'nor', 'neither', 'negative', 'absent', "don't", "doesn't", "didn't", "isn't", "wasn't", "aren't", "weren't", "haven't", "hasn't", "hadn't", "can't", "couldn't", "won't", "wouldn't", "shouldn't", 'cannot', "n't", 'unable', 'non', 'neg', 'free', 'nothing', 'nope', 'ruled', 'declines', 'declined', 'stop', 'nobody']);
const ENDS = new Set(['but', 'however', 'except', 'although', 'though', 'because', 'which', 'positive', 'reports', 'endorses', 'admits', 'besides', 'other', 'only', 'until', 'yes', 'yeah']);
const REACH = 9;
/** A list of findings after these goes on to the end of the sentence. */
const LISTING = new Set(['denies', 'denied', 'negative', 'no', 'nor', 'without', 'nil', 'denying', 'deny', 'neg']);

/** For each word of a sentence, whether a negation before it reaches it. `text` is what the offsets of the words are in. */
export function negated(words: Word[], text: string): boolean[] {
  let cue = -1;
  let listing = false;
  return words.map((word, i) => {
    const between = i > 0 ? text.slice(words[i - 1]!.end, word.start) : '';
    if (/[.;:?!\n]/.test(between) || ENDS.has(word.text) || (between.includes(',') && !listing)) cue = -1;
    const here = BEFORE.has(word.text) || (word.text === 't' && text[word.start - 1] === "'");
    if (here) [cue, listing] = [i, LISTING.has(word.text)];
    return !here && cue >= 0 && (listing || i - cue <= REACH);
  });
}
