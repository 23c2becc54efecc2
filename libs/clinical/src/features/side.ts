import type { Alignment } from '../align.js';
import { affinity, meaningOf } from '../context.js';
import type { ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { flag, mean } from './figures.js';

export type Side = 'left' | 'right';
export const otherSide = (side: Side): Side => (side === 'left' ? 'right' : 'left');
const REACHES = [4, 10, 25];
const BOTH = new Set(['both', 'bilateral', 'bilaterally', 'sides']);
const FILLER_BEFORE = new Set(['all', "that's", 'is', 'yeah', 'okay', 'alright', 'you', 'are', "you're", 'be', 'get', 'oh', 'absolutely']);
const FILLER_AFTER = new Set(['now', 'there', 'here', 'away', 'so', 'and', 'okay', 'i', 'um', 'uh', 'well', 'but', 'before', 'after', 'when', 'at', 'direction']);

export type SideClaim = { features: number[]; /** Where the source speaks of the same with this side, or else with the other; -1 where neither. */ place: number };

/** What tells whether the source has this side of this, at word `i` of the sentence. */
export function sideClaim(sentence: ReadSentence, alignment: Alignment, i: number, index: SourceIndex): SideClaim {
  const side = sentence.words[i]!.text as Side;
  const [own, other] = [fitsOf(sentence, alignment, i, placesOf(side, index), index), fitsOf(sentence, alignment, i, placesOf(otherSide(side), index), index)];
  const all = Math.max(1, own.count + other.count);
  const features = [...own.features, ...other.features, ...own.features.map((f, k) => f - other.features[k]!), Math.log(1 + own.count), Math.log(1 + other.count), own.count / all, flag(own.count === 0), flag(other.count === 0), flag(index.words.some((w) => BOTH.has(w.text))), flag(sentence.words.some((w) => w.text === otherSide(side))), alignment.best.share, mean(alignment.words.map((w) => w.odds)), Math.log(index.words.length)];
  return { features, place: own.place >= 0 ? own.place : other.place };
}

function fitsOf(sentence: ReadSentence, alignment: Alignment, i: number, places: number[], index: SourceIndex): { features: number[]; count: number; place: number } {
  const at = { from: i, to: i };
  let place = -1;
  let fit = -1;
  const best = REACHES.map(() => 0);
  for (const p of places) {
    const fits = REACHES.map((reach) => affinity(sentence.words, at, index, { from: p, to: p }, reach));
    fits.forEach((f, k) => (best[k] = Math.max(best[k]!, f)));
    if (fits[1]! + fits[0]! > fit) [fit, place] = [fits[1]! + fits[0]!, p];
  }
  const after = sentence.words.slice(i + 1).map(meaningOf).find((m) => m !== null);
  const beside = after ? places.filter((p) => index.words.slice(p + 1, p + 4).some((w) => meaningOf(w) === after)).length : 0;
  // "My left knee" long before, and then "the knee": the side that was named last.
  const named = alignment.words.find((w) => w.i > i && w.places.length > 0)?.places ?? [];
  const carried = mean(named.map((p) => places.reduce((so, q) => Math.max(so, q <= p + 2 ? 1 / (1 + (p - q + 2) / 30) : 0), 0)));
  const nearest = Math.max(0, ...places.map((p) => 1 / (1 + Math.abs(p - alignment.best.at) / 15)));
  return { features: [...best, Math.log(1 + beside), carried, alignment.best.at < 0 ? 0 : nearest], count: places.length, place };
}

/** "All right" and "right?" are no sides. */
function placesOf(side: Side, index: SourceIndex): number[] {
  return index.words.flatMap((word, i) => {
    if (word.text !== side) return [];
    const [before, after] = [index.words[i - 1], index.words[i + 1]];
    if (side === 'left') return [i];
    if (!after || after.utterance !== word.utterance) return before?.utterance === word.utterance && ['the', 'my', 'your', 'on'].includes(before.text) ? [i] : [];
    return FILLER_BEFORE.has(before?.text ?? '') || FILLER_AFTER.has(after.text) ? [] : [i];
  });
}
