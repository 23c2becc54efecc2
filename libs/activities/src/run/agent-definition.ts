import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AgentDefinition } from '#contracts';
import type { AgentImplementation } from '../agent.js';

export type DefinedAgent = { digest: string; definition: AgentDefinition };

const known = new WeakMap<AgentImplementation, DefinedAgent>();

/** What a run is pinned to: all that the agent's contract says, and a digest of it. Worked out once a process. */
export function defineAgent(agent: AgentImplementation): DefinedAgent {
  let defined = known.get(agent);
  if (!defined) {
    const definition = definitionOf(agent);
    known.set(agent, (defined = { digest: sha256(JSON.stringify(definition)), definition }));
  }
  return defined;
}

function definitionOf({ contract: c, prompts }: AgentImplementation): AgentDefinition {
  return {
    name: c.name, version: c.version, title: c.title, description: c.description, needsCorpus: c.needsCorpus,
    limits: c.limits, maxAttempts: c.maxAttempts, sampling: c.sampling, policy: { ...c.drift },
    input: schemaOf(c.input, 'input'), result: schemaOf(c.result, 'output'), state: schemaOf(c.state, 'output'),
    tools: c.tools.map((t) => ({ name: t.name, description: t.description, kind: t.kind, effect: t.effect, timeoutMs: t.timeoutMs, approval: t.approval ?? null, parameters: schemaOf(t.parameters, 'input') })),
    promptDigest: prompts ? sha256(prompts.join('\0')) : null,
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => z.toJSONSchema(schema, { io, unrepresentable: 'any' });
