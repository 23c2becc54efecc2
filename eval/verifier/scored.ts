import { type Check, CHECKS, learnt, scoreOf } from '#clinical';
import { type Case, casesOf } from './cases.js';
import { checkCase, type CrossFit, crossFit } from './cross-fit.js';
import { type GoldNote, isForLearning } from './notes.js';
import type { Kind } from './perturb.js';

/** The check that looks for each kind of change. */
export const CHECK_OF = { dose: 'dose', drug: 'drug', number: 'number', side: 'side', negation: 'negation', added: 'support' } as const satisfies Record<Kind, Check>;
/** Fewer notes than these teach nothing. */
const FEWEST_NOTES = 200;

export type Scored = Case & { set: string; scores: Record<Check, number> };

/** Cases with the doubts of each check. Notes that were learnt from are checked by what was learnt, here and now, from the other four fifths of them. */
export function scoreCases(notes: readonly GoldNote[], tell: (line: string) => void = () => {}): Scored[] {
  const known = notes.filter(isForLearning);
  return scoreWith(notes, known, known.length >= FEWEST_NOTES ? crossFit(known, tell) : null);
}

/** `fit` is what was learnt from the known ones of the notes. */
export function scoreWith(notes: readonly GoldNote[], known: readonly GoldNote[], fit: CrossFit | null): Scored[] {
  const place = new Map(known.map((note, i) => [note, i]));
  return casesOf(notes).map((c) => {
    const note = notes[c.note]!;
    const by = fit && place.has(note) ? fit.others[fit.foldOf(place.get(note)!)]! : learnt();
    const sentence = checkCase(c, by);
    return { ...c, set: note.set, scores: Object.fromEntries(CHECKS.map((check) => [check, scoreOf(sentence, check)])) as Scored['scores'] };
  });
}

/** A changed number may be a dose's. */
export const doubtOf = ({ scores }: Scored, check: Check): number => (check === 'number' ? Math.max(scores.number, scores.dose) : scores[check]);

export const isMarked = ({ scores }: Scored, thresholds: Record<Check, number>): boolean => CHECKS.some((check) => scores[check] > thresholds[check]);

/** The threshold above which a share of values lies. */
export function thresholdAt(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

/** Wilson's interval, 95 %, of a share of so many. */
export function wilson(hits: number, of: number): { share: number; low: number; high: number } {
  if (of === 0) return { share: 0, low: 0, high: 1 };
  const [p, z] = [hits / of, 1.96];
  const middle = (p + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2));
  return { share: p, low: middle - half, high: middle + half };
}
