import { type CheckedSentence, checkNote, indexSource, noteSentences, type SourceIndex } from '#clinical';
import { chance } from './chance.js';
import { type GoldNote, isForLearning } from './notes.js';
import { type Kind, KINDS, perturb } from './perturb.js';

/** Doses are rare in notes: each is changed so many times, at random, so that there are enough. */
const TIMES: Partial<Record<Kind, number>> = { dose: 4 };

export type Case = { set: string; /** Whether the check has learnt from this note. */ forLearning: boolean; kind: Kind | 'untouched'; sentence: CheckedSentence; index: SourceIndex };

/** Untouched sentences of the notes and changed ones, each checked against its note's source. */
export function casesOf(notes: GoldNote[], seed = 1): Case[] {
  const at = chance(seed);
  return notes.flatMap((note, i): Case[] => {
    const index = indexSource(note.source);
    const sentences = noteSentences(note.note).filter((s) => !s.heading);
    const checked = (text: string): CheckedSentence | undefined => checkNote(index, text)[0];
    const untouched = checkNote(index, note.note).map((sentence): Case => ({ set: note.set, forLearning: isForLearning(note), kind: 'untouched', sentence, index }));
    const changed = sentences.flatMap(({ text }) => KINDS.flatMap((kind) => Array.from({ length: TIMES[kind] ?? 1 }, () => kind)).flatMap((kind): Case[] => {
      const other = kind === 'added' ? added(notes, i, at) : perturb(text, kind, at);
      const sentence = other && other !== text ? checked(other) : undefined;
      return sentence ? [{ set: note.set, forLearning: isForLearning(note), kind, sentence, index }] : [];
    }));
    return [...untouched, ...changed];
  });
}

/** A sentence of another patient's note. */
function added(notes: GoldNote[], not: number, at: () => number): string | null {
  const other = Math.floor(at() * notes.length);
  if (other === not || at() > 0.3) return null;
  const sentences = noteSentences(notes[other]!.note).filter((s) => !s.heading && s.text.split(/\s+/).length >= 5);
  return sentences[Math.floor(at() * sentences.length)]?.text ?? null;
}
