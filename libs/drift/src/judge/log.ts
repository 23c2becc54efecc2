import type { StepDigest, ToolKind } from '#contracts';

export type LoggedCall = { tool: string; kind: ToolKind; args: string; result: string };
/** A step in its own words, as a judge reads it. */
export type LoggedStep = { step: number; thought: string; text: string; calls: LoggedCall[] };

/** Groups that are named; more say little. */
const MOST_GROUPS = 4;

/**
 * What code knows of the whole branch, in sentences: a judge need not be believed, or trusted to count.
 * @param digests newest first
 */
export function rollingState(digests: readonly StepDigest[]): string[] {
  const steps = digests.toReversed();
  const calls = steps.flatMap(({ step, calls: made }) => made.map((call) => ({ ...call, step })));
  const errors = calls.filter(({ error }) => error === 'agent').map(({ step }) => step);
  const changed = digests.find((one, i) => digests[i + 1] !== undefined && one.state !== digests[i + 1]!.state);
  return [
    `${steps.length} steps, ${calls.length} calls: ${counted(calls.map(({ tool }) => tool)) || 'none'}.`,
    ...repeated(calls),
    ...(errors.length > 0 ? [`Calls failed in ${named(errors)}.`] : []),
    changed ? `The agent's state changed last in step ${changed.step}.` : `The agent's state has not changed in these steps.`,
  ];
}

function counted(names: string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${n}`).join(', ');
}

function repeated(calls: { step: number; tool: string; args: string; result: string }[]): string[] {
  const groups = new Map<string, typeof calls>();
  for (const call of calls) groups.set(`${call.tool} ${call.args}`, [...(groups.get(`${call.tool} ${call.args}`) ?? []), call]);
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST_GROUPS)
    .map((group) => `The same call of ${group[0]!.tool} was made in ${named(group.map(({ step }) => step))}${group.every(({ result }) => result === group[0]!.result) ? ', with the same result' : ''}.`);
}

const named = (steps: number[]): string => `step${steps.length > 1 ? 's' : ''} ${[...new Set(steps)].join(', ')}`;
