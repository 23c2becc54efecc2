import type { Aligned, Alignment } from '../align.js';
import { isNegation } from '../negation.js';
import type { ReadSentence } from '../sentence.js';
import type { SourceIndex } from '../source-index.js';
import { mean } from './figures.js';

const ENDING = /(?:ing|ed|ly|s|al|ic|ous|ive|ness|tion|able)$/;
const LONGEST = { words: 3, kinds: 4 };
/** Words so near each other in a sentence are taken to go together. */
const TOGETHER = 3;
const NEAR = 40;
const PLAIN = 0.4;

/**
 * Turns of phrase of a sentence, by which it is told whether a negation was put in or left out: runs of its words; runs
 * of what kinds of words they are ("does" before a bare verb); its words and pairs of them, each with whether it is
 * negated; and each beside how the source speaks of it.
 */
export function turnsOfPhrase(sentence: ReadSentence, alignment: Alignment, index: SourceIndex): string[] {
  return [...new Set([...runs(sentence), ...negatedWords(sentence), ...alignment.words.flatMap((w) => besideSource(sentence, w, alignment, index))])];
}

function runs({ words, content, text }: ReadSentence): string[] {
  const mark = (i: number): string => (i === 0 ? '' : (/[,;:.-]/.exec(text.slice(words[i - 1]!.end, words[i]!.start))?.[0] ?? ''));
  const isNumber = (i: number): boolean => /^\d/.test(words[i]!.text);
  const said = ['^', ...words.map((w, i) => mark(i) + (isNumber(i) ? '#' : content[i] ? w.stem : w.text)), '$'];
  const kinds = ['^', ...words.map((w, i) => (isNumber(i) ? '#' : content[i] ? `*${ENDING.exec(w.text)?.[0] ?? ''}` : w.text)), '$'];
  const found: string[] = [];
  for (let i = 0; i < said.length; i++) {
    for (let n = 1; n <= LONGEST.words && i + n <= said.length; n++) found.push(said.slice(i, i + n).join(' '));
    for (let n = 2; n <= LONGEST.kinds && i + n <= kinds.length; n++) found.push(`/${kinds.slice(i, i + n).join(' ')}`);
    if (i + 2 < said.length) found.push(`${said[i]} _ ${said[i + 2]}`);
  }
  return found;
}

const sign = (negated: boolean): string => (negated ? '-' : '+');

function negatedWords({ words, negated, content, text }: ReadSentence): string[] {
  const found: string[] = [];
  let cue = '';
  words.forEach((word, i) => {
    if (isNegation(word, text)) cue = word.text;
    if (!content[i]) return;
    const own = sign(negated[i]!);
    found.push(`${own}${word.stem}`);
    if (negated[i]) found.push(`${cue}>${word.stem}`);
    for (let j = i + 1; j < Math.min(words.length, i + TOGETHER + 1); j++) if (content[j]) found.push(`${own}${sign(negated[j]!)}${word.stem}~${words[j]!.stem}`);
  });
  return [...found, cue === '' ? '+' : '-'];
}

/** A word by whether the sentence and the source negate it; the source where the sentence comes from, or else anywhere. */
function besideSource({ words }: ReadSentence, { i, places, negated }: Aligned, { best }: Alignment, index: SourceIndex): string[] {
  const near = places.filter((p) => Math.abs(p - best.at) <= NEAR);
  const polarity = mean((near.length > 0 ? near : places).map((p) => index.words[p]!.polarity));
  const there = places.length === 0 ? 'unsaid' : polarity > PLAIN ? 'yes' : polarity < -PLAIN ? 'no' : 'mixed';
  const key = `${sign(negated)}${there}${near.length > 0 || places.length === 0 ? '' : ' far'}`;
  return [`=${key}`, `=${key}:${words[i]!.stem}`];
}
