import type { RutParts } from './signals/rut.js';

/**
 * Where signals begin to count. Starting values come from replaying recorded runs of other agents (eval/drift.ts), and
 * were chosen for few false alarms rather than many true ones.
 */
export type DriftConfig = {
  /** How many tools the agent has; with fewer than four, using one or two of them all the time is no sign. 0: unknown. */
  toolCount: number;
  /** No verdict above `suspect` before this step, hard flags of repetition apart. */
  firstStep: number;
  /** Weight of a new step in the running scores. */
  alpha: number;
  overthinkingAt: number;
  overactingAt: number;
  suspectAt: number;
  /** Evaluations in a row that a soft alarm takes. */
  sustain: number;
  /** Same call, same result, in a row. */
  exactRepeats: number;
  /** Share of common shingles from which two calls, or two thoughts, count as nearly the same. */
  nearRepeat: number;
  /** Bits of entropy over the tools of the last ten calls. */
  entropyBits: number;
  /** A result below this share of news is stale; one above `progressGain` is progress. */
  staleGain: number;
  progressGain: number;
  /** From where the last ten calls count as a rut; null: never. */
  rutAt: number | null;
  rutWeights: RutParts;
};

/** `rutAt` by the share of good runs that may be alarmed on, in percent. Chosen on the runs that docs/drift.md reports on; below 5 % only `null` kept its budget there. */
export const OPERATING_POINTS = { 5: 0.3, 10: 0.2 } as const;

export const DEFAULT_CONFIG: DriftConfig = {
  toolCount: 0,
  firstStep: 8,
  alpha: 0.3,
  overthinkingAt: 0.6,
  overactingAt: 0.85,
  suspectAt: 0.5,
  sustain: 2,
  exactRepeats: 3,
  nearRepeat: 0.8,
  entropyBits: 0.9,
  staleGain: 0.1,
  progressGain: 0.3,
  rutAt: OPERATING_POINTS[5],
  // Round numbers, chosen by hand on the runs of docs/drift.md; they add up to 1.9.
  rutWeights: { narrow: 0.8, again: 0.5, near: 0.3, errors: 0.3 },
};
