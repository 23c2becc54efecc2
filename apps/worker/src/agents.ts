import type { AgentImplementation } from '#activities';
import { probe } from '#agents/probe/activities/index';
import { research } from '#agents/research/activities/index';

/** The agents that this worker serves. `probe` only exercises the machinery and is served where it is asked for. */
export function loadAgents(options: { probe: boolean }): ReadonlyMap<string, AgentImplementation> {
  const agents = [research, ...(options.probe ? [probe] : [])];
  return new Map(agents.map((a) => [a.contract.name, a]));
}
