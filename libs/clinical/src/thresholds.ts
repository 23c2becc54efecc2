import type { NoteCheck } from '#contracts';

/** A check's doubt above this marks a sentence. Chosen so that at most one untouched sentence in twenty is marked by all together (docs/decisions/0100). */
export const THRESHOLDS: Record<NoteCheck, number> = { dose: 0.1, drug: 0.5, number: 0.88, side: 0.6, negation: 0.96, support: 0.98 };
