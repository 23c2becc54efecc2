import { affinity, spanOf } from '../context.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';

type Side = 'left' | 'right';
const REACH = 15;
const FILLER_BEFORE = new Set(['all', "that's", 'is', 'yeah', 'okay', 'alright', 'you', 'are', "you're", 'be', 'get', 'oh', 'absolutely']);
const FILLER_AFTER = new Set(['now', 'there', 'here', 'away', 'so', 'and', 'okay', 'i', 'um', 'uh', 'well', 'but', 'before', 'after', 'when', 'at', 'direction']);

/** Sides that the source does not have, or has of something else. */
export function checkSides(sentence: ReadSentence, index: SourceIndex): Doubt[] {
  const places = { left: placesOf('left', index), right: placesOf('right', index) };
  return sentence.words.flatMap((word, i): Doubt[] => {
    if (word.text !== 'left' && word.text !== 'right') return [];
    const at = { from: i, to: i };
    const fit = (side: Side): { fit: number; place: number } => places[side].reduce((best, place) => {
      const found = affinity(sentence.words, at, index, { from: place, to: place }, REACH);
      return found > best.fit ? { fit: found, place } : best;
    }, { fit: -1, place: -1 });
    const [own, other] = [fit(word.text), fit(word.text === 'left' ? 'right' : 'left')];
    if (own.place < 0) return [{ ...at, score: other.place < 0 ? 0.75 : 1, ...(other.place < 0 ? {} : { source: spanOf(index, { from: other.place, to: other.place }) }) }];
    return [{ ...at, score: other.place < 0 ? 0.2 * (1 - own.fit) : Math.max(0, Math.min(1, 0.4 + (other.fit - own.fit))), source: spanOf(index, { from: own.place, to: own.place }) }];
  });
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
