import { z } from 'zod';
import { type AgentContract, type AgentView, HoldfastError, type ToolContract } from '#contracts';

/** The agents that runs can be made of. */
export class AgentCatalogue {
  private readonly byName: ReadonlyMap<string, AgentContract>;

  constructor(contracts: readonly AgentContract[]) {
    this.byName = new Map(contracts.map((c) => [c.name, c]));
  }

  all(): AgentContract[] {
    return [...this.byName.values()];
  }

  serves(name: string, version: string): boolean {
    return this.byName.get(name)?.version === version;
  }

  /** @throws HoldfastError `unknown_agent` */
  get(name: string, version?: string): AgentContract {
    const contract = this.byName.get(name);
    if (!contract) throw new HoldfastError('unknown_agent', `There is no agent of that name. There are: ${[...this.byName.keys()].join(', ') || 'none'}.`);
    if (version !== undefined && version !== contract.version) throw new HoldfastError('unknown_agent', `Agent ${contract.name} is served in version ${contract.version} only.`);
    return contract;
  }
}

export function viewAgent(c: AgentContract): AgentView {
  return {
    name: c.name,
    version: c.version,
    title: c.title,
    description: c.description,
    needsCorpus: c.needsCorpus,
    limits: c.limits,
    maxAttempts: c.maxAttempts,
    input: jsonSchema(c.input, 'input'),
    result: jsonSchema(c.result, 'output'),
    tools: c.tools.map(viewTool),
  };
}

function viewTool(t: ToolContract): AgentView['tools'][number] {
  return { name: t.name, description: t.description, kind: t.kind, effect: t.effect, parameters: jsonSchema(t.parameters, 'input') };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}
