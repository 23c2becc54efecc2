import { type AgentContract, HoldfastError, type Priority, type RunRef, type RunTemplate } from '#contracts';
import { insertRun, type Tx } from '#store';
import type { AgentImplementation } from './agent.js';

export type Placed = RunRef & { principalId: string; input: unknown; priority: Priority; scheduleId?: string; batchId?: string };

/** The agent's contract, with the input that it makes of the given one. @throws HoldfastError where this worker has no such agent, or the input does not fit it. */
export function fitInput(agents: ReadonlyMap<string, AgentImplementation>, name: string, input: unknown): { contract: AgentContract; input: unknown } {
  const contract = agents.get(name)?.contract;
  if (!contract) throw new HoldfastError('unknown_agent', `This worker has no agent ${name}.`);
  const parsed = contract.input.safeParse(input);
  if (!parsed.success) throw new HoldfastError('validation_failed', `The input does not fit agent ${name}: ${parsed.error.issues[0]?.path.join('.') || 'input'}.`);
  return { contract, input: parsed.data };
}

/** Writes the row of a run that a batch or a schedule starts; its execution is the caller's to start. */
export async function placeRun(tx: Tx, contract: AgentContract, template: Omit<RunTemplate, 'input'>, p: Placed): Promise<void> {
  await insertRun(tx, {
    ...p,
    agent: contract.name,
    agentVersion: contract.version,
    tags: template.tags,
    limits: { ...contract.limits, ...template.limits },
    sampling: { ...contract.sampling, ...template.sampling },
    ...(template.corpusId ? { corpusId: template.corpusId } : {}),
    ...(template.model ? { model: template.model } : {}),
    ...(template.steering ? { steering: template.steering } : {}),
    ...(template.drift ? { drift: template.drift } : {}),
  });
}
