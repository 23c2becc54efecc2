import { z } from 'zod';
import { agentViewSchema, toolViewSchema } from './api.js';
import { limitsSchema } from './run.js';
import { samplingSchema } from './sampling.js';

const jsonSchemaSchema = z.record(z.string(), z.unknown());

/** All that makes an agent what it is, but its code. */
export const agentDefinitionSchema = z.object({
  ...agentViewSchema.shape,
  state: jsonSchemaSchema,
  limits: limitsSchema,
  sampling: samplingSchema,
  /** The drift policy, as the agent's contract has it. */
  policy: z.record(z.string(), z.unknown()),
  tools: z.array(toolViewSchema.extend({ timeoutMs: z.int(), approval: z.record(z.string(), z.unknown()).nullable() })),
  /** SHA-256 of the agent's fixed words, in hexadecimal; null where its prompts are made by code alone. */
  promptDigest: z.string().nullable(),
});
export type AgentDefinition = z.infer<typeof agentDefinitionSchema>;

/** A definition that runs began with. */
export const pinnedAgentSchema = z.object({ digest: z.string(), firstUsedAt: z.string(), definition: agentDefinitionSchema });
export type PinnedAgent = z.infer<typeof pinnedAgentSchema>;

/** A version of an agent: as it is now, or was last, with all that runs of this version began with, newest first. */
export const agentVersionViewSchema = agentViewSchema.extend({ pinned: z.array(pinnedAgentSchema) });
export type AgentVersionView = z.infer<typeof agentVersionViewSchema>;
