import type { SourceIndex } from '../source-index.js';

/** The utterance that a word of the source stands in. */
export function utteranceAt(at: number | undefined, { words, utterances }: SourceIndex): { source?: { start: number; end: number } } {
  const there = at === undefined ? undefined : utterances[words[at]!.utterance];
  return there ? { source: { start: there.start, end: there.end } } : {};
}
