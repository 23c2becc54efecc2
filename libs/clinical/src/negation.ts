import type { Word } from './words.js';

const BEFORE = new Set(['no', 'not', 'denies', 'denied', 'denying', 'deny', 'without', 'never', 'nil', 'none', 'nor', 'neither', 'negative', 'absent', "don't", "doesn't", "didn't", "isn't", "wasn't", "aren't", "weren't", "haven't", "hasn't", "hadn't", "can't", "couldn't", "won't", "wouldn't", "shouldn't", 'cannot', "n't", 'unable', 'non', 'neg', 'free', 'nothing', 'nope', 'ruled', 'declines', 'declined', 'stop', 'nobody']);
const ENDS = new Set(['but', 'however', 'except', 'although', 'though', 'because', 'which', 'positive', 'reports', 'endorses', 'admits', 'besides', 'other', 'only', 'until', 'yes', 'yeah', 'okay', 'alright', 'anyway']);
const REACH = 9;
/** A list of findings after these goes on to the end of the sentence. */
const LISTING = new Set(['denies', 'denied', 'negative', 'no', 'nor', 'without', 'nil', 'denying', 'deny', 'neg']);

/** What begins another clause, in which a negation before it says nothing. */
const CLAUSES = new Set(['i', 'he', 'she', 'it', 'they', 'we', 'you', 'this', 'that', 'there', 'but', 'so', 'because', 'which', 'who', 'when', 'if', 'then', 'just', 'only', 'has', 'have', 'had', 'is', 'are', 'was', 'were', "i'm", "i've", "he's", "she's", "it's", "that's"]);
const LIST_REACH = 12;
/** "No it's fine": an answer, not a negation of what follows. */
const ANSWERS = new Set(['no', 'nope', 'nah']);
const JOINS = new Set(['and', 'so', 'then']);
const SUBJECTS = new Set(['i', "i'm", "i've", "i'll", 'he', "he's", 'she', "she's", 'we', "we're", "we'll", 'you', "you're", 'they', 'it', "it's", "let's"]);

/** For each word of a sentence, whether a negation before it reaches it. `text` is what the offsets of the words are in. */
export function negated(words: Word[], text: string): boolean[] {
  let cue = -1;
  let listing = false;
  return words.map((word, i) => {
    const between = i > 0 ? text.slice(words[i - 1]!.end, word.start) : '';
    if (/[.;:?!\n]/.test(between) || ENDS.has(word.text) || (between.includes(',') && !listing && !(cue >= 0 && isListed(words, i, text)))) cue = -1;
    if (cue >= 0 && beginsClause(words, i, cue)) cue = -1;
    if (between.includes(',') && cue >= 0) listing = true;
    const here = isNegation(word, text);
    if (here) [cue, listing] = [i, LISTING.has(word.text)];
    return !here && cue >= 0 && (listing || i - cue <= REACH);
  });
}

export const isNegation = (word: Word, text: string): boolean => BEFORE.has(word.text) || (word.text === 't' && text[word.start - 1] === "'");

/** In speech that is written down without marks: "no i have pain", "i don't see swelling and i'm going to listen". */
function beginsClause(words: Word[], i: number, cue: number): boolean {
  const [word, before] = [words[i]!.text, words[i - 1]!.text];
  if (i === cue + 1 && ANSWERS.has(before)) return CLAUSES.has(word);
  return JOINS.has(before) && SUBJECTS.has(word);
}

/** "I haven't had fever, chills or a cough": an "or" follows before another clause does. */
function isListed(words: Word[], from: number, text: string): boolean {
  for (let i = from; i < Math.min(words.length, from + LIST_REACH); i++) {
    if (CLAUSES.has(words[i]!.text) || (i > from && /[.;:?!\n]/.test(text.slice(words[i - 1]!.end, words[i]!.start)))) return false;
    if (words[i]!.text === 'or' || words[i]!.text === 'nor') return true;
  }
  return false;
}
