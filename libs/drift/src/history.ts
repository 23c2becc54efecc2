import type { CallDigest, StepDigest } from '#contracts';

/** Ancestors that are looked at, the newest; more cost time and say little. */
export const WINDOW = 12;
const MAX_CALLS = 48;

export type PlacedCall = CallDigest & { step: number; /** Place of its step: 0 is the newest. */ at: number };

/** The step under evaluation with its ancestors, and the calls that repetition is sought in; both newest first. */
export type History = {
  step: StepDigest;
  steps: StepDigest[];
  calls: PlacedCall[];
  /**
   * True where the agent's state after the call `newer` is what it was after the call `older`, and was all the while:
   * neither did anything happen between them, nor does the call itself get anywhere.
   */
  unchanged(newer: PlacedCall, older: PlacedCall): boolean;
};

/** Exempt calls and faults of the surroundings take no part: neither is the agent's repetition. */
export function historyOf(step: StepDigest, window: StepDigest[]): History {
  const steps = [step, ...window.slice(0, WINDOW)];
  const calls: PlacedCall[] = [];
  steps.forEach((one, at) => {
    for (let i = one.calls.length - 1; i >= 0 && calls.length < MAX_CALLS; i--) {
      const call = one.calls[i];
      if (call && !call.exempt && call.error !== 'infra') calls.push({ ...call, step: one.step, at });
    }
  });

  function unchanged(newer: PlacedCall, older: PlacedCall): boolean {
    for (let at = newer.at; at < older.at; at++) if (steps[at]?.state !== steps[older.at]?.state) return false;
    return true;
  }
  return { step, steps, calls, unchanged };
}

export const sameCall = (a: CallDigest, b: CallDigest): boolean => a.tool === b.tool && a.args === b.args;
/** A tool that only looks: what it may note in the agent's state is no progress of its own. */
export const looks = (call: CallDigest): boolean => call.kind === 'read' || call.kind === 'search' || call.kind === 'ask';
export const stepsOf = (calls: { step: number }[]): number[] => [...new Set(calls.map(({ step }) => step))].sort((a, b) => a - b);
