import type { Aligned, Alignment } from './align.js';
import type { ReadSentence } from './sentence.js';
import type { SourceIndex } from './source-index.js';

/** Before a stem was seen often, what stems do in general. */
const USUAL = { missing: 0.35, negated: 0.1, weight: 4 };
const CUES = ['no', 'not', 'denies', 'denied', 'never', 'without', 'negative', 'nil', 'positive', 'reports', 'endorses', 'reported'];

const mean = (values: number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);
const most = (values: number[]): number => Math.max(0, ...values);

/** How unusual it is that the source of a note lacks a word, in nats; nothing where it has it. */
const surprise = ({ habit, places, support }: Aligned): number => (places.length > 0 ? 0 : (1 - support) * -Math.log((habit.missing * habit.times + USUAL.missing * USUAL.weight) / (habit.times + USUAL.weight)));

/** Log odds that notes negate a word. */
function usuallyNegated({ habit }: Aligned): number {
  const share = (habit.negated * habit.times + USUAL.negated * USUAL.weight) / (habit.times + USUAL.weight);
  return Math.log(share / (1 - share));
}

/** What tells whether a sentence as a whole stands in the source. */
export function supportFeatures({ words, best }: Alignment, others: { number: number; drug: number; side: number }): number[] {
  const surprises = words.map(surprise);
  const n = Math.max(1, words.length);
  const pairs = words.slice(1).map((w, i) => (w.places.some((p) => words[i]!.places.some((q) => Math.abs(p - q) < 9)) ? 1 : 0));
  const seldom = words.filter((w) => w.habit.times < 8);
  return [
    mean(surprises), most(surprises), Math.min(6, surprises.reduce((a, b) => a + b, 0)), 1 - best.share, mean(words.map((w) => 1 - w.support)), mean(words.map((w) => (w.places.length > 0 ? 0 : 1))),
    Math.log(n), 1 / n, 1 - mean(pairs), mean(seldom.map((w) => (w.places.length > 0 ? 0 : 1))), Math.min(4, seldom.filter((w) => w.places.length > 0).length), Math.min(4, seldom.filter((w) => w.support < 0.4).length),
    others.number, others.drug, others.side, (1 - best.share) * Math.log(n), most(surprises) * Math.log(n),
  ];
}

/** What tells whether a sentence affirms what the source negates, or negates what it affirms. */
export function negationFeatures(sentence: ReadSentence, { words, best }: Alignment, index: SourceIndex): number[] {
  const texts = new Set(sentence.words.map((w) => w.text));
  const cues = CUES.map((cue) => (texts.has(cue) ? 1 : 0));
  const no = words.some((w) => w.negated);
  const near = best.at < 0 ? [] : index.words.slice(Math.max(0, best.at - 15), best.at + 16);
  const nearNo = mean(near.map((w) => (w.polarity === -1 ? 1 : 0)));
  const there = words.flatMap((w) => w.places.filter((p) => Math.abs(p - best.at) < 15).slice(0, 2).map((p) => index.words[p]!.polarity));
  const evidence = words.map((w) => w.polarity * (w.negated ? -1 : 1));
  const habit = words.map((w) => usuallyNegated(w) * (w.negated ? -1 : 1));
  const own = [mean(evidence), Math.min(1, ...evidence), most(evidence), mean(habit), most(habit), Math.max(-5, ...habit), nearNo, mean(there), mean(words.map((w) => Math.abs(w.polarity))), best.share, Math.log(1 + words.length)];
  return [no ? 1 : 0, mean(words.map((w) => (w.negated ? 1 : 0))), ...cues, ...own.map((f) => (no ? f : 0)), ...own.map((f) => (no ? 0 : f))];
}
