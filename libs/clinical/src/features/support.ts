import type { Alignment } from '../align.js';
import { genderOf } from '../gender.js';
import type { ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { flag, least, mean, most, share, sum } from './figures.js';

/** What tells whether a sentence as a whole stands in the source. `others` are the doubts of the other checks. */
export function supportFeatures(sentence: ReadSentence, { words, best, next }: Alignment, index: SourceIndex, others: { number: number; drug: number; side: number }): number[] {
  const odds = words.map((w) => w.odds).sort((a, b) => a - b);
  const rare = words.filter((w) => w.habit.said < 1);
  const pairs = words.slice(1).map((w, i) => flag(w.places.some((p) => words[i]!.places.some((q) => Math.abs(p - q) < 9))));
  const inBest = words.filter((_, k) => best.words.has(k));
  return [
    sum(odds), mean(odds), least(odds), odds[1] ?? 0, most(odds), odds.at(-2) ?? 0, sum(odds.filter((o) => o > 0)), sum(odds.filter((o) => o < 0)),
    best.share, best.share + next.share, sum(inBest.map((w) => w.odds)), inBest.length, mean(pairs),
    mean(words.map((w) => w.support)), share(words, (w) => w.own), share(words, (w) => w.support === 0), words.filter((w) => w.support === 0).length,
    mean(words.map((w) => w.habit.missing)), least(words.map((w) => w.habit.missing), 1), share(words, (w) => w.habit.times === 0), rare.length, share(rare, (w) => w.own), rare.filter((w) => w.own).length,
    words.length, sentence.words.length, Math.log(index.words.length), others.number, others.drug, others.side, ...genders(sentence, index), flag(sentence.negated.some(Boolean)),
  ];
}

/** Whether the sentence speaks of a man or a woman where the source speaks of the other. */
function genders(sentence: ReadSentence, { gender }: SourceIndex): number[] {
  const own = genderOf(sentence.words.map((w) => w.text)).all;
  return [own * gender.patient, own * gender.all, Math.abs(own)];
}
