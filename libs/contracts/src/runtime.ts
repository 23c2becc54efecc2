import { z } from 'zod';
import type { ActivationTrace, AxisOption } from './activation.js';
import { samplingSchema } from './sampling.js';

export const roleSchema = z.enum(['system', 'user', 'assistant', 'tool']);
export type Role = z.infer<typeof roleSchema>;

export const toolCallSchema = z.object({ name: z.string(), args: z.record(z.string(), z.unknown()) });
export type ToolCallRequest = z.infer<typeof toolCallSchema>;

/** A message as it is stored and as it is sent to a runtime. */
export const chatMessageSchema = z.object({
  role: roleSchema,
  content: z.string(),
  thinking: z.string().optional(),
  toolCalls: z.array(toolCallSchema).optional(),
  /** For role `tool`: which tool answered. */
  toolName: z.string().optional(),
  /** PNG or JPEG files in base64, for a model that sees. */
  images: z.array(z.string()).optional(),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** What an agent asks a model for. `main` where it asks for nothing else; the others fall back to it. */
export const MODEL_ROLES = ['fast', 'main', 'large', 'judge', 'vision', 'embed'] as const;
export const modelRoleSchema = z.enum(MODEL_ROLES);
export type ModelRole = z.infer<typeof modelRoleSchema>;

/** A model on a runtime. */
export const modelRefSchema = z.object({ runtimeId: z.string(), model: z.string() });
export type ModelRef = z.infer<typeof modelRefSchema>;

/** A tool as it is offered to a model: flat JSON Schema parameters. */
export type ToolSpec = { name: string; description: string; parameters: Record<string, unknown> };

export const chatRequestSchema = z.object({
  model: z.string(),
  messages: z.array(chatMessageSchema),
  tools: z.array(z.custom<ToolSpec>()).optional(),
  /** JSON Schema that the answer must satisfy. */
  format: z.record(z.string(), z.unknown()).optional(),
  sampling: samplingSchema.default({}),
  /** Context length to ask the runtime for, in tokens. */
  contextTokens: z.int(),
  stop: z.array(z.string()).optional(),
  /** Seconds that the model stays loaded afterwards; -1 for good. The runtime's own where not given. */
  keepAliveSeconds: z.int().min(-1).optional(),
  /** Directions to read and correct while the answer is written; `steering_unsupported` where the runtime can't. */
  axes: z.array(z.custom<AxisOption>()).optional(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

export type ChatDelta = { kind: 'text' | 'thinking'; text: string };
export type ChatResult = {
  content: string;
  thinking: string;
  toolCalls: ToolCallRequest[];
  /** As the runtime counted them; thinking is part of output. */
  promptTokens: number;
  outputTokens: number;
  thinkingTokens: number;
  finish: 'stop' | 'length' | 'aborted';
  /** Where the runtime tells them. */
  timing?: ChatTiming;
  /** Tool calls that the model wrote into its text and that were read from there. */
  leakedCalls?: number;
  /** Where axes were asked for. */
  trace?: ActivationTrace;
};

/** Milliseconds. `cachedTokens` of the prompt were there from an earlier call and cost no time. */
export type ChatTiming = { loadMs: number; promptMs: number; outputMs: number; cachedTokens: number };
