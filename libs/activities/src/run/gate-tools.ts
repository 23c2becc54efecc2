import type { AgentContract, ChatMessage, ModelCall, ToolSpec } from '#contracts';
import type { TurnPlan } from '../agent.js';

/** Tools that change nothing. Ending the run and asking a person stay possible: neither is overacting. */
const LOOKS = new Set(['read', 'search', 'ask', 'finish']);

export const looking = ({ tools }: AgentContract): string[] => tools.filter(({ kind }) => LOOKS.has(kind)).map(({ name }) => name);

/** Whether gating leaves the agent something to look with, and takes something away. */
export const canGate = (contract: AgentContract): boolean => contract.tools.some(({ kind }) => kind === 'read' || kind === 'search') && looking(contract).length < contract.tools.length;

/** The turn's plan with what is offered while tools are gated. */
export function gated(plan: TurnPlan, call: Pick<ModelCall, 'gated'>, contract: AgentContract): TurnPlan {
  const tools = plan.tools && call.gated ? plan.tools.filter(offered(contract)) : [];
  return tools.length > 0 ? { ...plan, tools } : plan;
}

const offered = (contract: AgentContract): ((tool: ToolSpec) => boolean) => {
  const names = new Set(looking(contract));
  return ({ name }) => names.has(name);
};

/** Said to models whose tools are not offered natively too: they know of them by the prompt. */
export function gateWords(call: Pick<ModelCall, 'gated'>, contract: AgentContract): ChatMessage[] {
  return call.gated ? [{ role: 'user', content: `In this turn only these tools are open: ${looking(contract).join(', ')}.` }] : [];
}

/**
 * Why a turn that calls a closed tool is refused, or null. Only a first attempt is: a run never fails because its
 * model insists.
 */
export function closedTool(call: Pick<ModelCall, 'gated' | 'attempt'>, contract: AgentContract, names: string[]): string | null {
  if (!call.gated || call.attempt > 1) return null;
  const open = looking(contract);
  const closed = names.find((name) => !open.includes(name));
  return closed === undefined ? null : `${closed} is closed in this turn. Open are ${open.join(', ')}.`;
}
