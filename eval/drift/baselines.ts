import type { StepDigest } from '#contracts';

/** Loop rules of other projects, over the same digests: the step at which they first fire, or null. */
export const BASELINES: Record<string, (steps: StepDigest[]) => number | null> = {
  /** OpenHands' StuckDetector without the thought in its equality: four like pairs, three like errors, ABABAB. */
  openhands: (steps) => firstWhere(steps, (calls) => like(calls, 4, 1) || like(calls, 6, 2) || (sameArgs(calls, 3) && calls.slice(0, 3).every(({ error }) => error === 'agent'))),
  opencode: (steps) => firstWhere(steps, (calls) => sameArgs(calls, 3)),
  'gemini-cli': (steps) => firstWhere(steps, (calls) => sameArgs(calls, 5)),
  crush: (steps) => firstWhere(steps, (calls) => mostFrequent(calls.slice(0, 10)) > 5),
};

type Calls = StepDigest['calls'];

function firstWhere(steps: StepDigest[], fires: (newestFirst: Calls) => boolean): number | null {
  const calls: Calls = [];
  for (const step of steps) {
    for (const call of step.calls) calls.unshift(call);
    if (step.calls.length > 0 && fires(calls)) return step.step;
  }
  return null;
}

const sameArgs = (calls: Calls, n: number): boolean => calls.length >= n && calls.slice(0, n).every((c) => c.tool === calls[0]?.tool && c.args === calls[0]?.args);

function like(calls: Calls, n: number, period: number): boolean {
  if (calls.length < n) return false;
  return calls.slice(period, n).every((c, i) => c.tool === calls[i]?.tool && c.args === calls[i]?.args && c.result === calls[i]?.result);
}

function mostFrequent(calls: Calls): number {
  const counts = new Map<string, number>();
  for (const { tool, args, result } of calls) counts.set(tool + args + result, (counts.get(tool + args + result) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
