import type { Limits } from '#contracts';

/** Share of a limit from which on the agent is told what is left. */
const NEAR = 0.8;

export type Used = { steps: number; tokens: number; seconds: number; toolCalls: number };

/** What the agent is told as it nears a limit, or null. It is said anew in every turn and is no part of the history. */
export function nearLimit(limits: Limits, used: Used): string | null {
  const parts = [
    part('steps', limits.maxSteps, used.steps),
    part('tokens', limits.maxTokens, used.tokens),
    part('seconds', limits.maxSeconds, used.seconds),
    ...(limits.maxToolCalls === undefined ? [] : [part('tool calls', limits.maxToolCalls, used.toolCalls)]),
  ].filter((p) => p !== null);
  return parts.length ? `Little is left: ${parts.join(', ')}. Bring the work to an end with what you have.` : null;
}

function part(what: string, most: number, used: number): string | null {
  return used >= most * NEAR ? `${Math.max(0, most - used)} of ${most} ${what}` : null;
}
