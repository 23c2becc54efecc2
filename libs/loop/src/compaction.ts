/** Share of the window for the past at which room is made, and what has to be new since it was made last. */
const FULL = 0.75;
const NEW = 0.25;
/** How full the window is afterwards, at most. */
const TARGET = 0.5;
/** Steps that stay as they are, however large. */
const KEPT_WHOLE = 2;

/**
 * Whether room must be made before the next step. Without enough that is new, another try would find what the last
 * one found: a compaction that does not shrink never loops.
 */
export function compactionDue(tokens: { shown: number; sinceLast: number; budget: number }): boolean {
  return tokens.shown > tokens.budget * FULL && tokens.sinceLast > tokens.budget * NEW;
}

/** A step of the window: tokens as shown now, and with its tool results by reference. */
export type WindowStep = { step: number; tokens: number; masked: number };

export type CompactionPlan =
  /** References for old results are enough: no model is asked. */
  | { kind: 'mask'; maskTo: number }
  /** The steps before `keepFrom` are told in short. */
  | { kind: 'summary'; maskTo: number; keepFrom: number }
  /** There is nothing that could be left out. */
  | { kind: 'none' };

/** Decides how room is made. `steps` are oldest first; `canReopen`: the agent can read a masked result again. */
export function planCompaction(steps: WindowStep[], budget: number, canReopen: boolean): CompactionPlan {
  const old = steps.slice(0, -KEPT_WHOLE);
  if (old.length === 0) return { kind: 'none' };
  const maskTo = canReopen ? old.at(-1)!.step : 0;
  const size = (s: WindowStep): number => (s.step <= maskTo ? s.masked : s.tokens);
  let left = budget * TARGET;
  if (maskTo > 0 && steps.reduce((n, s) => n + size(s), 0) <= left) return { kind: 'mask', maskTo };
  let from = steps.length;
  while (from > 0 && (steps.length - from < KEPT_WHOLE || size(steps[from - 1]!) <= left)) left -= size(steps[--from]!);
  return from === 0 ? { kind: 'none' } : { kind: 'summary', maskTo, keepFrom: steps[from]!.step };
}

/** Masks every result that may be masked and is not yet, without asking whether room is needed. */
export function planMask(steps: WindowStep[], maskedTo: number, canReopen: boolean): CompactionPlan {
  const old = steps.slice(0, -KEPT_WHOLE);
  const last = old.at(-1);
  const gains = canReopen && old.some((s) => s.step > maskedTo && s.masked < s.tokens);
  return last && gains ? { kind: 'mask', maskTo: last.step } : { kind: 'none' };
}
