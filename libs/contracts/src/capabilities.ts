import { z } from 'zod';

/**
 * What a runtime can be asked for. Callers look here and at the doctor's findings, and never at a runtime's kind.
 */
export const CAPABILITIES = {
  tools: 'chat with tools',
  thinking: 'thinking, apart from the answer',
  schema: 'an answer under a JSON Schema',
  schema_while_thinking: 'a JSON Schema while the model thinks',
  images: 'images in a message',
  sampling: 'temperature, top-k, top-p, repeat penalty, longest answer',
  seed: 'the same answer for the same seed',
  stop: 'texts that end an answer',
  keep_alive: 'how long a model stays loaded, by request',
  context_length: 'a context length by request',
  refuses_long_prompt: 'a prompt that does not fit is refused, not cut',
  prompt_count: 'a count of the tokens that were read',
  speeds: 'times for prompt and answer, apart',
  embeddings: 'embeddings',
  embed_refuses_long: 'a text too long to embed is refused, not cut',
  model_facts: 'context length and size of a model, by request',
  loaded_models: 'which models are loaded',
  pull: 'fetching a model, with progress',
  steering: 'activations read and corrected while it writes',
  abort: 'a call that is left is given up',
} as const;

export type Capability = keyof typeof CAPABILITIES;
export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as Capability[];
export const capabilitySchema = z.enum(CAPABILITY_NAMES as [Capability, ...Capability[]]);

/**
 * `yes`: the runtime's API has it. `by_model`: has it for models that can. `prompted`: done by prompt and grammar, for
 * a model that was not trained for it. `by_server`: fixed when the server starts, not by request. `no`: it has none.
 */
export const supportSchema = z.enum(['yes', 'by_model', 'prompted', 'by_server', 'no']);
export type Support = z.infer<typeof supportSchema>;
export type RuntimeCapabilities = Readonly<Record<Capability, Support>>;

/** What a runtime says of one of its models; what it does not tell is null. */
export const modelFactsSchema = z.object({
  name: z.string(),
  family: z.string().nullable(),
  parameters: z.number().nullable(),
  quantization: z.string().nullable(),
  /** Longest context the model was made for, in tokens. */
  contextLength: z.int().nullable(),
  /** As the runtime words them: `completion`, `tools`, `thinking`, `vision`, `embedding`. Null: it does not say. */
  abilities: z.array(z.string()).nullable(),
  /** Identifies the model's bytes, where the runtime has such a thing. */
  digest: z.string().nullable(),
});
export type ModelFacts = z.infer<typeof modelFactsSchema>;

/** A model in memory. `contextLength` is what it was loaded with, null where the runtime does not say. */
export const loadedModelSchema = z.object({ name: z.string(), bytes: z.number(), gpuBytes: z.number(), contextLength: z.int().nullable(), expiresAt: z.string().nullable() });
export type LoadedModel = z.infer<typeof loadedModelSchema>;

/** One report of a pull: `completed` of `total` bytes of the part that `status` names. */
export const pullProgressSchema = z.object({ status: z.string(), completed: z.number().nullable(), total: z.number().nullable() });
export type PullProgress = z.infer<typeof pullProgressSchema>;

/** One queue in front of a runtime. `model` is null for the queue of models that no role names. */
export const gateQueueSchema = z.object({ queue: z.string(), model: z.string().nullable(), waiting: z.int().nullable(), estimatedWaitSeconds: z.int().nullable(), gates: z.int() });
export type GateQueue = z.infer<typeof gateQueueSchema>;

/** A runtime as the REST API shows it. */
export const runtimeViewSchema = z.object({
  id: z.string(),
  kind: z.string(),
  host: z.string(),
  state: z.enum(['ok', 'down']),
  detail: z.string(),
  version: z.string().nullable(),
  slots: z.int(),
  models: z.array(z.string()),
  loaded: z.array(loadedModelSchema).nullable(),
  capabilities: z.record(capabilitySchema, supportSchema),
  queues: z.array(gateQueueSchema),
});
export type RuntimeView = z.infer<typeof runtimeViewSchema>;
export const runtimeListSchema = z.object({ data: z.array(runtimeViewSchema) });

