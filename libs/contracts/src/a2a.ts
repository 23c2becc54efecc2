import { z } from 'zod';

/** What of A2A 1.0 (a2a-protocol.org) is spoken here. */
export const A2A_VERSION = '1.0';

const skillSchema = z.object({ id: z.string(), name: z.string(), description: z.string(), tags: z.array(z.string()), inputModes: z.array(z.string()), outputModes: z.array(z.string()) });
export const agentCardSchema = z.object({
  name: z.string(),
  description: z.string(),
  version: z.string(),
  supportedInterfaces: z.array(z.object({ url: z.string(), protocolBinding: z.string(), protocolVersion: z.string() })),
  capabilities: z.object({ streaming: z.boolean(), pushNotifications: z.boolean() }),
  defaultInputModes: z.array(z.string()),
  defaultOutputModes: z.array(z.string()),
  skills: z.array(skillSchema),
});
export type AgentCard = z.output<typeof agentCardSchema>;

const partSchema = z.looseObject({ text: z.string().max(100_000).optional(), data: z.unknown().optional() });
export const a2aSendSchema = z.looseObject({
  message: z.looseObject({ messageId: z.string().min(1).max(200), taskId: z.string().optional(), parts: z.array(partSchema).min(1).max(20) }),
  configuration: z.looseObject({ returnImmediately: z.boolean().optional() }).optional(),
});
export const a2aTaskRefSchema = z.looseObject({ id: z.string() });
/** What a data part says that begins a run. */
export const a2aStartSchema = z.strictObject({ agent: z.string().min(1).max(100), input: z.record(z.string(), z.unknown()), corpusId: z.uuid().optional(), model: z.string().max(200).optional() });
