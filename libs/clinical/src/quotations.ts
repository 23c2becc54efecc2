import type { SourceIndex } from './source-index.js';
import { wordsOf } from './words.js';

const QUOTED = /“[^“”]+”/g;

/** Offsets of what a note quotes whole: one or more sentences of the source, word for word. A part of a sentence may say the opposite of it. */
export function wholeQuotations(note: string, index: SourceIndex): { start: number; end: number }[] {
  return [...note.matchAll(QUOTED)].flatMap((m) => (isWhole(wordsOf(m[0]).map((w) => w.text), index) ? [{ start: m.index, end: m.index + m[0].length }] : []));
}

function isWhole(quoted: readonly string[], { words }: SourceIndex): boolean {
  const begins = (i: number): boolean => words[i]?.utterance !== words[i - 1]?.utterance;
  return words.some((_, i) => begins(i) && begins(i + quoted.length) && quoted.length > 0 && quoted.every((text, k) => words[i + k]?.text === text));
}

/** Whether a text's words stand in another one after the other. */
export function repeats(text: string, other: string): boolean {
  const [own, there] = [wordsOf(text), wordsOf(other)].map((words) => ` ${words.map((w) => w.text).join(' ')} `);
  return own!.trim() !== '' && there!.includes(own!);
}
