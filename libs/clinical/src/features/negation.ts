import type { Aligned, Alignment } from '../align.js';
import { isNegation } from '../negation.js';
import type { ReadSentence } from '../sentence.js';
import type { Word } from '../words.js';
import { flag, least, mean, most, share, sum } from './figures.js';
import { usuallyNegated } from './word.js';

/** A content word with the log odds, of the word's judgement, that a note of this source negates it. */
export type Judged = { word: Aligned; odds: number; /** How the source speaks of it, from -1 to 1: all in all, and in the stretch that the sentence comes from. */ polarity: number; near: number };

const BE = new Set(['is', 'are', 'was', 'were', 'be', 'been', 'being']);
const HAVE = new Set(['has', 'have', 'had']);
const DO = new Set(['does', 'do', 'did']);
const MODAL = new Set(['can', 'could', 'will', 'would', 'should', 'shall', 'may', 'might', 'must']);
const ARTICLES = new Set(['a', 'an', 'the', 'this', 'that', 'her', 'his', 'their', 'its', 'my', 'in', 'on', 'at', 'to', 'for', 'with', 'of', 'by', 'from']);
/** Words that go with a negation, a condition or a question, and words that do not. */
const BESIDE_NO = new Set(['any', 'anything', 'anyone', 'anybody', 'anywhere', 'ever', 'either', 'yet', 'anymore', 'whatsoever']);
const NOT_BESIDE_NO = new Set(['some', 'several', 'already', 'occasional', 'occasionally', 'sometimes', 'somewhat', 'quite', 'rather', 'pretty', 'approximately', 'about', 'status', 'intermittent', 'intermittently', 'mild', 'mildly', 'slight', 'slightly', 'started', 'began', 'since', 'ago', 'still', 'well', 'also']);
const CONDITIONS = new Set(['if', 'whether', 'avoid', 'reduce', 'prevent', 'before', 'unaware', 'unable', 'rarely', 'hardly', 'should', 'question', 'in', 'at', 'than', 'more', 'as', 'refuses', 'refused', 'too']);
const CONTRAST = new Set(['but', 'although', 'though', 'however', 'except']);
const ALONE = ['denies', 'denied', 'denying', 'no', 'without', 'never', 'nil', 'nothing', 'positive', 'reports', 'reported', 'endorses', 'complains', 'often', 'with'];

/** What tells whether a sentence affirms what the source negates, or negates what it affirms. `wording`: the log odds of that by its turns of phrase. */
export function negationFeatures(sentence: ReadSentence, { words, best }: Alignment, judged: readonly Judged[], wording: number): number[] {
  const own = judged.filter((j) => j.word.negated);
  const others = judged.filter((j) => !j.word.negated);
  return [
    ...cuesOf(sentence.words), ...evidence(own), ...evidence(others), flag(own.length > 0), own.length / Math.max(1, words.length),
    best.share, Math.log(1 + words.length), Math.log(1 + sentence.words.length), ...grammarOf(sentence), mean(words.map((w) => w.odds)), sum(judged.map((j) => (j.word.negated ? -j.odds : j.odds))), most(judged.map((j) => (j.word.negated ? -j.odds : j.odds)), -4), wording,
  ];
}

/** Of words on one side of the negation: how likely it is that they stand there, by the source and by habit. */
function evidence(of: readonly Judged[]): number[] {
  const odds = of.map((j) => j.odds).sort((a, b) => a - b);
  const habits = of.map((j) => usuallyNegated(j.word));
  return [mean(odds), least(odds), most(odds, -4), odds[1] ?? odds[0] ?? 0, odds.at(-2) ?? odds[0] ?? -4, mean(habits), least(habits), most(habits, -4), share(of, (j) => j.odds > 0), mean(of.map((j) => j.word.support)), Math.log(1 + of.length),
    mean(of.map((j) => j.polarity)), least(of.map((j) => j.polarity)), most(of.map((j) => j.polarity)), mean(of.map((j) => j.near)), least(of.map((j) => j.near)), most(of.map((j) => j.near)), of[0]?.odds ?? 0, of.at(-1)?.odds ?? 0];
}

/** How the sentence negates, by its words. */
function cuesOf(words: readonly Word[]): number[] {
  const texts = words.map((w) => w.text);
  const not = texts.findIndex((t) => t === 'not' || t.endsWith("n't"));
  const verb = not < 0 ? '' : texts[not]!.endsWith("n't") ? texts[not]!.slice(0, -3) : (texts[not - 1] ?? '');
  const next = not < 0 ? '' : (texts[not + 1] ?? '');
  const kinds = [BE, HAVE, DO, MODAL].map((of) => flag(of.has(verb)));
  const follows = [flag(ARTICLES.has(next)), flag(next.endsWith('ing')), flag(next.endsWith('ed') || next === 'been'), flag(BE.has(next) || HAVE.has(next)), flag(next.endsWith('ly'))];
  return [flag(not >= 0), ...kinds, ...follows, ...ALONE.map((cue) => flag(texts.includes(cue))), flag(texts.includes('negative')), flag(texts[0] === 'no'), not < 0 ? -1 : not / texts.length];
}

/** What no writer of notes would put together: words that go with a negation where there is none, and the other way round; two negations; a contrast without one. */
function grammarOf({ words, negated, text }: ReadSentence): number[] {
  const cues = words.flatMap((w, i) => (isNegation(w, text) ? [i] : []));
  const licensed = words.findIndex((w) => CONDITIONS.has(w.text));
  const free = words.filter((w, i) => BESIDE_NO.has(w.text) && !negated[i] && (licensed < 0 || licensed > i)).length;
  const contrast = words.findIndex((w) => CONTRAST.has(w.text));
  return [
    free, words.filter((w, i) => NOT_BESIDE_NO.has(w.text) && negated[i]).length, words.filter((w, i) => (w.text === 'or' || w.text === 'nor') && !negated[i]).length, words.filter((w, i) => w.text === 'and' && negated[i]).length,
    cues.length, flag(cues.some((c, k) => k > 0 && c - cues[k - 1]! <= 4)), flag(contrast >= 0), flag(contrast >= 0 && cues.some((c) => c < contrast)), flag(contrast >= 0 && cues.some((c) => c > contrast)), share(negated, Boolean),
  ];
}
