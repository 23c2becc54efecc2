import type { NoteCheck } from '#contracts';

/** A check's doubt above this marks a sentence. Chosen by eval/verifier/learn.ts so that fewer than one untouched sentence in twenty is marked by all together (docs/decisions/0100). */
export const THRESHOLDS: Record<NoteCheck, number> = { dose: 0.557, drug: 0.500, number: 0.577, side: 0.481, negation: 0.915, support: 0.793 };
