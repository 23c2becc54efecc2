import { z } from 'zod';

/** Request bodies of Ollama's API, as far as they are served. What Ollama ignores is ignored here too. */
const number = z.number();
const whole = z.int();
const keepAlive = z.union([z.string(), z.number()]).optional();

const controlVector = z.object({ layer: whole.min(1), scale: number, direction: z.array(number) });
const band = { low: number, high: number };
const correction = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('fixed'), by: number }),
  z.object({ mode: z.literal('clamp'), ...band }),
  z.object({ mode: z.literal('gate'), ...band, share: number.min(0).max(1) }),
]);
const axesSchema = z
  .array(z.object({ name: z.string().min(1).max(60), layer: whole.min(0), direction: z.array(number), correct: correction.optional(), model_digest: z.string().optional() }))
  .min(1)
  .max(8);
export type AxisBody = z.infer<typeof axesSchema>[number];

export const optionsSchema = z.object({
  temperature: number.min(0).optional(),
  top_k: whole.min(0).optional(),
  top_p: number.min(0).max(1).optional(),
  min_p: number.min(0).max(1).optional(),
  seed: whole.optional(),
  num_predict: whole.min(-2).optional(),
  num_ctx: whole.min(1).optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
  repeat_penalty: number.positive().optional(),
  repeat_last_n: whole.min(-1).optional(),
  frequency_penalty: number.optional(),
  presence_penalty: number.optional(),
  /** Ours: false evaluates the reply token by token, whatever repeats in it. */
  lookup: z.boolean().optional(),
  /** Ours: a control vector for this request. */
  steer: controlVector.optional(),
  /** Ours: directions to read for every token of the reply, and to correct; bound to a model by its digest. */
  axes: axesSchema.optional(),
});
export type Options = z.infer<typeof optionsSchema>;

const formatSchema = z.union([z.literal(''), z.literal('json'), z.record(z.string(), z.unknown())]).optional();
const thinkSchema = z.union([z.boolean(), z.enum(['low', 'medium', 'high'])]).optional();
const imagesSchema = z.array(z.string()).optional();

const messageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string().default(''),
  thinking: z.string().optional(),
  images: imagesSchema,
  tool_calls: z.array(z.object({ function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }) })).optional(),
  tool_name: z.string().optional(),
});

const toolSchema = z.object({
  type: z.literal('function'),
  function: z.object({ name: z.string().min(1), description: z.string().optional(), parameters: z.record(z.string(), z.unknown()).optional() }),
});

export const chatSchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).default([]),
  tools: z.array(toolSchema).optional(),
  format: formatSchema,
  think: thinkSchema,
  options: optionsSchema.default({}),
  stream: z.boolean().default(true),
  keep_alive: keepAlive,
});
export type ChatBody = z.infer<typeof chatSchema>;

export const generateSchema = z.object({
  model: z.string().min(1),
  prompt: z.string().default(''),
  system: z.string().optional(),
  raw: z.boolean().default(false),
  images: imagesSchema,
  format: formatSchema,
  think: thinkSchema,
  options: optionsSchema.default({}),
  stream: z.boolean().default(true),
  keep_alive: keepAlive,
});
export type GenerateBody = z.infer<typeof generateSchema>;

export const embedSchema = z.object({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.string())]),
  truncate: z.boolean().default(true),
  keep_alive: keepAlive,
});
export type EmbedBody = z.infer<typeof embedSchema>;

export const showSchema = z.object({ model: z.string().min(1).optional(), name: z.string().min(1).optional() }).refine((body) => body.model ?? body.name, { path: ['model'], message: 'is missing' });

/** POST /api/residual, ours. */
export const residualSchema = z.object({
  model: z.string().min(1),
  context: z.string().min(1),
  text: z.string().min(1),
  layers: z.array(whole.min(0)).max(256).default([]),
  perplexity: z.boolean().default(false),
  steer: controlVector.optional(),
  axes: axesSchema.optional(),
});
export type ResidualBody = z.infer<typeof residualSchema>;
