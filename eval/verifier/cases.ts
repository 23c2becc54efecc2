import { indexSource, noteSentences, readSentence, type ReadSentence, type SourceIndex } from '#clinical';
import { seededRandom } from '#platform';
import type { GoldNote } from './notes.js';
import { flips, type Kind, KINDS, perturb } from './perturb.js';

/** Doses are rare in notes: each is changed so many times, at random, so that there are enough. */
const TIMES: Partial<Record<Kind, number>> = { dose: 4 };
/** The share of sentences beside which one of another note is put. */
const ADDED = 0.3;

export type Case = { /** Place of its note in the list. */ note: number; kind: Kind | 'untouched'; sentence: ReadSentence; /** What was changed. */ from: ReadSentence | null; /** A change of a kind that only what is learnt from has is not. */ measured: boolean; index: SourceIndex };
export type CaseOptions = { seed?: number; /** More kinds of changes than those that are measured, so that what is learnt is not how these are made. */ forLearning?: boolean };

/** Untouched sentences of the notes and changed ones, each beside its note's source. */
export function casesOf(notes: readonly GoldNote[], { seed = 1, forLearning = false }: CaseOptions = {}): Case[] {
  const at = seededRandom(seed);
  return notes.flatMap(({ source, note: text }, note): Case[] => {
    const index = indexSource(source);
    const sentences = noteSentences(text).filter((s) => !s.heading).map(readSentence);
    const untouched = sentences.map((sentence): Case => ({ note, kind: 'untouched', sentence, from: null, measured: true, index }));
    const changed = sentences.flatMap((from) => KINDS.flatMap((kind) => Array.from({ length: TIMES[kind] ?? 1 }, () => kind)).flatMap((kind): Case[] => {
      const others = kind === 'added' ? [added(notes, note, at)] : forLearning && kind === 'negation' ? flips(from.text) : [perturb(from.text, kind, at)];
      return others.flatMap((other) => {
        const sentence = other && other !== from.text ? read(other) : undefined;
        const measured = kind !== 'negation' || other === perturb(from.text, kind, at);
        return sentence ? [{ note, kind, sentence, from: kind === 'added' ? null : from, measured, index }] : [];
      });
    }));
    return [...untouched, ...changed];
  });
}

function read(text: string): ReadSentence | undefined {
  const sentence = noteSentences(text).find((s) => !s.heading);
  return sentence && readSentence(sentence);
}

/** A sentence of another patient's note. */
function added(notes: readonly GoldNote[], not: number, at: () => number): string | null {
  const other = Math.floor(at() * notes.length);
  if (other === not || at() > ADDED) return null;
  const sentences = noteSentences(notes[other]!.note).filter((s) => !s.heading && s.text.split(/\s+/).length >= 5);
  return sentences[Math.floor(at() * sentences.length)]?.text ?? null;
}
