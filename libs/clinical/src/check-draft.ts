import { NOTE_CHECKS } from '#contracts';
import { checkNote } from './check-note.js';
import { conditionsWithout } from './conditions.js';
import type { SourceIndex } from './source-index.js';
import { THRESHOLDS } from './thresholds.js';
import { isContent, wordsOf } from './words.js';

/** What a check doubts, by the words it is about. */
export type DraftDoubt = { check: string; text: string };
export type CheckedDraft = {
  /** Empty: every check found support. */
  doubts: DraftDoubt[];
  /** Places of the source that the checks found it by. */
  places: { start: number; end: number }[];
};

/**
 * Checks a sentence that is to stand in a note: numbers, doses, drugs, sides, negations and support as notes are
 * checked, and illnesses that the source does not name. Null where it states nothing, such as a heading.
 */
export function checkDraft(index: SourceIndex, source: string, text: string): CheckedDraft | null {
  const sentences = checkNote(index, text);
  if (!sentences.some((s) => s.content.some(Boolean))) return null;
  const doubts = sentences.flatMap((s) => NOTE_CHECKS.flatMap((check) => s.doubts[check].filter((d) => d.score > THRESHOLDS[check]).map((d) => ({ check: check, text: s.text.slice(s.words[d.from]!.start, s.words[d.to]!.end) }))));
  const conditions = conditionsWithout(text, source).map((c) => ({ check: 'condition', text: c.text }));
  const places = sentences.flatMap((s) => [...s.doubts.number, ...s.doubts.dose, ...s.doubts.side, ...s.doubts.support].flatMap((d) => (d.source ? [d.source] : [])));
  return { doubts: [...doubts, ...conditions], places };
}

/** Share of a text's content words that stand in another, in [0,1]; 1 where it has none. */
export function sharedWords(text: string, other: string): number {
  const there = new Set(wordsOf(other).map((w) => w.stem));
  const own = wordsOf(text).filter(isContent);
  return own.length === 0 ? 1 : own.filter((w) => there.has(w.stem)).length / own.length;
}
