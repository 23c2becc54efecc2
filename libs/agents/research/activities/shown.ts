import { sentencesOf } from '#corpus';
import { estimateTokens } from '#models';
import type { FoundPassage } from '../contract.js';

/** A sentence or a passage under the name that a turn shows it by. */
export type NamedSentence = { name: string; passage: NamedPassage; text: string; start: number; end: number };
export type NamedPassage = FoundPassage & { name: string; sentences: NamedSentence[] };

/** Fewer words, without a full stop, are a heading. */
const HEADING_WORDS = 12;
/** Fewer name a thing or a source, and say nothing of it. */
const FEWEST_WORDS = 5;
/** Line breaks and the name before a sentence, in tokens. */
const PER_SENTENCE = 6;
const PER_PASSAGE = 30;

/** Names passages P1, P2, … and their sentences S1, S2, … through all of them; the same passages get the same names. */
export function nameAll(passages: FoundPassage[]): NamedPassage[] {
  let count = 0;
  return passages.map((found, i) => {
    const passage: NamedPassage = { ...found, name: `P${i + 1}`, sentences: [] };
    passage.sentences = sentencesOf(found.text)
      .filter((s) => saysSomething(s.text))
      .map((s) => ({ ...s, name: `S${++count}`, passage }));
    return passage;
  });
}

/** The first passages that fit in so many tokens, and the first one in any case. */
export function fitting(passages: NamedPassage[], tokens: number): NamedPassage[] {
  let left = tokens;
  const shown: NamedPassage[] = [];
  for (const passage of passages) {
    left -= estimateTokens(passage.text) + passage.sentences.length * PER_SENTENCE + PER_PASSAGE;
    if (left < 0 && shown.length > 0) break;
    shown.push(passage);
  }
  return shown;
}

/** Headings and questions claim nothing, so nothing can rest on them. */
function saysSomething(sentence: string): boolean {
  if (/[?？]["'”’)\]]*$/u.test(sentence)) return false;
  const words = sentence.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return words >= HEADING_WORDS || (words >= FEWEST_WORDS && /[.!;:。！]["'”’)\]]*$/u.test(sentence));
}
