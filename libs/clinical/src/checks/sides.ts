import type { Alignment } from '../align.js';
import { spanOf } from '../context.js';
import { sideClaim, type SideClaim } from '../features/side.js';
import { probabilityOf } from '../forest.js';
import type { Learnt } from '../learnt.js';
import type { Doubt, ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';

export type StatedSide = { i: number; claim: SideClaim };

/** The sides that a sentence states, with what the source has of them. */
export const sidesOf = (sentence: ReadSentence, alignment: Alignment, index: SourceIndex): StatedSide[] =>
  sentence.words.flatMap((word, i) => (word.text === 'left' || word.text === 'right' ? [{ i, claim: sideClaim(sentence, alignment, i, index) }] : []));

/** Sides that the source does not have, or has of something else. */
export const checkSides = (sides: readonly StatedSide[], index: SourceIndex, { forests }: Learnt): Doubt[] =>
  sides.map(({ i, claim: { features, place } }) => ({ score: probabilityOf(forests.side, features), from: i, to: i, ...(place < 0 ? {} : { source: spanOf(index, { from: place, to: place }) }) }));
