import type { DriftPolicy, Ladder, LadderRung, Remedy, Verdict } from '#contracts';

const rungs = (...names: Remedy[]): LadderRung[] => names.map((rung) => ({ rung }));

/**
 * The ladder of agents that name none. Words first, as they cost least and undo nothing; degenerate text and faults of
 * the harness start at fresh sampling, since words help neither. What an agent or a stack cannot do is left out when a
 * run begins (`fitLadder`).
 */
export const DEFAULT_LADDER: Ladder = {
  overthinking: rungs('nudge', 'resample', 'compact', 'rewind', 'escalate'),
  overacting: rungs('nudge', 'gate_tools', 'resample', 'rewind', 'escalate'),
  degenerate: rungs('resample', 'rewind', 'escalate'),
  harness_fault: rungs('resample', 'rewind'),
};

/** What runs climb whose plan was made before ladders were data. */
const EARLIER: Ladder = {
  overthinking: rungs('nudge', 'resample', 'rewind'),
  overacting: rungs('nudge', 'resample', 'rewind'),
  degenerate: rungs('resample', 'rewind'),
  harness_fault: rungs('resample', 'rewind'),
};

export const rungsFor = (policy: DriftPolicy, verdict: Verdict): LadderRung[] => (policy.ladder ?? EARLIER)[verdict] ?? [];

/** Leaves out the remedies that the run cannot have; a verdict with nothing left keeps `rewind`. */
export function fitLadder(ladder: Ladder, cannot: ReadonlySet<Remedy>): Ladder {
  const fitted = Object.entries(ladder).map(([verdict, all]) => {
    const left = all.filter(({ rung }) => !cannot.has(rung));
    return [verdict, left.length > 0 ? left : rungs('rewind')];
  });
  return Object.fromEntries(fitted) as Ladder;
}

// Not the contract's own list: workflow code takes the contracts as types only.
const SEVERITY: Record<Remedy, number> = { nudge: 0, gate_tools: 1, resample: 2, compact: 3, rewind: 4, escalate: 5 };
export const severity = (rung: Remedy): number => SEVERITY[rung];
export const isRemedy = (rung: string): rung is Remedy => Object.hasOwn(SEVERITY, rung);
