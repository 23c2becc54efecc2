import type { History } from '../history.js';
import type { Signal } from './signal.js';

/** What the tools of the step say of the agent's way, by measures of the agent's own; the strongest of each name. */
export function toldSignals({ step }: History): Signal[] {
  const told = new Map<string, Signal>();
  for (const { signal: name, value, steps, hard } of step.calls.flatMap((call) => call.told ?? [])) {
    const held = told.get(name);
    if (!held || value > held.value || (hard && !held.hard)) told.set(name, { name, value, steps, hard });
  }
  return [...told.values()];
}
