import { type CheckedSentence, checkNote, indexSource, noteSentences } from '#clinical';
import { chance } from './chance.js';
import type { GoldNote } from './notes.js';
import { type Kind, KINDS, perturb } from './perturb.js';

export type Case = { set: string; kind: Kind | 'untouched'; sentence: CheckedSentence };

/** Untouched sentences of the notes and changed ones, each checked against its note's source. */
export function casesOf(notes: GoldNote[], seed = 1): Case[] {
  const at = chance(seed);
  return notes.flatMap((note, i): Case[] => {
    const index = indexSource(note.source);
    const sentences = noteSentences(note.note).filter((s) => !s.heading);
    const checked = (text: string): CheckedSentence | undefined => checkNote(index, text)[0];
    const untouched = checkNote(index, note.note).map((sentence): Case => ({ set: note.set, kind: 'untouched', sentence }));
    const changed = sentences.flatMap(({ text }) => KINDS.flatMap((kind): Case[] => {
      const other = kind === 'added' ? added(notes, i, at) : perturb(text, kind, at);
      const sentence = other && other !== text ? checked(other) : undefined;
      return sentence ? [{ set: note.set, kind, sentence }] : [];
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
