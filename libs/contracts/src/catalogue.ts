import { z } from 'zod';

/** `verified`: the figures were compared with the source; otherwise they are as others report them. */
const sourced = z.object({ source: z.url(), verified: z.boolean() });

/** One build of a model, at one quantisation. Bytes are decimal, as the registries show them. */
export const modelBuildSchema = sourced.extend({
  quantization: z.string(),
  weightBytes: z.number(),
  /** Tag in Ollama's library. */
  ollama: z.string(),
  /** Model key in LM Studio; null where it offers none. */
  lmStudio: z.string().nullable(),
});
export type ModelBuild = z.infer<typeof modelBuildSchema>;

export const catalogueModelSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** Parameters in billions: all, and those that one token passes through. */
  parameters: sourced.extend({ total: z.number(), active: z.number() }),
  context: sourced.extend({ tokens: z.int() }),
  modalities: sourced.extend({ of: z.array(z.enum(['text', 'image', 'audio'])) }),
  tools: z.boolean(),
  thinking: z.boolean(),
  /** Memory of the context, at 16 bits: per 1,000 tokens, and what its sliding windows take however long it is. */
  memory: sourced.extend({ bytesPer1000Tokens: z.number(), fixedBytes: z.number() }),
  /** Percent of MMLU-Pro as its makers report it: only for an order among models. */
  quality: sourced.extend({ mmluPro: z.number() }),
  builds: z.array(modelBuildSchema).min(1),
});
export type CatalogueModel = z.infer<typeof catalogueModelSchema>;

export const gpuSchema = z.object({ name: z.string(), memoryBytes: z.number(), /** GB a second; null where unknown. */ bandwidth: z.number().nullable() });
/** A machine as far as models care. `unified`: the GPU shares the machine's memory. */
export const machineSchema = z.object({ name: z.string(), memoryBytes: z.number(), unified: z.boolean(), cores: z.int(), bandwidth: z.number().nullable(), gpus: z.array(gpuSchema) });
export type Machine = z.infer<typeof machineSchema>;

export const modelFitSchema = z.object({
  id: z.string(),
  title: z.string(),
  quantization: z.string(),
  weightBytes: z.number(),
  fits: z.boolean(),
  /** Longest context that fits beside the weights, in tokens; 0 where the model does not fit. */
  contextTokens: z.int(),
  /** Tokens a second of an answer, expected from memory bandwidth. */
  expectedSpeed: z.number(),
  on: z.enum(['gpu', 'cpu']),
  command: z.string(),
  lmStudio: z.string().nullable(),
  installed: z.boolean(),
  picked: z.boolean(),
  sources: z.array(z.url()),
  /** Of what the fit rests on, the facts that were not compared with their source. */
  unverified: z.array(z.enum(['weights', 'parameters', 'context', 'memory', 'quality'])),
});
export type ModelFit = z.infer<typeof modelFitSchema>;

export const modelListSchema = z.object({ machine: machineSchema, data: z.array(modelFitSchema) });
export type ModelList = z.infer<typeof modelListSchema>;
