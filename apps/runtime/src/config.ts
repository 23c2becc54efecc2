import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const file = z.string().min(1);

const schema = z
  .object({
    HOLDFAST_LLAMA_DIR: file,
    HOLDFAST_GGUF: file.optional(),
    HOLDFAST_EMBED_GGUF: file.optional(),
    HOLDFAST_MODEL: z.string().min(1).default('gemma3:270m'),
    HOLDFAST_EMBED_MODEL: z.string().min(1).default('all-minilm'),
    HOLDFAST_THREADS: z.coerce.number().int().min(1).optional(),
    HOLDFAST_MODEL_SLOTS: z.coerce.number().int().min(1).max(64).default(1),
    HOLDFAST_RUNTIME_PORT: port.default(0),
    HOLDFAST_LOG_LEVEL: z.string().default('info'),
  })
  .refine((env) => env.HOLDFAST_GGUF ?? env.HOLDFAST_EMBED_GGUF, { path: ['HOLDFAST_GGUF'], message: 'name a model file here or in HOLDFAST_EMBED_GGUF' });

/** A model that is served: the name requests use, and its file. */
export interface ModelSetting {
  readonly name: string;
  readonly file: string;
}

export interface RuntimeConfig {
  /** Folder of llama.cpp's shared libraries. */
  readonly bins: string;
  readonly chat: ModelSetting | undefined;
  readonly embed: ModelSetting | undefined;
  readonly threads: number;
  /** Requests that the chat model works on at once. */
  readonly slots: number;
  /** 0: a free one. */
  readonly port: number;
  /** llama.cpp's own log on stderr. */
  readonly nativeLogs: boolean;
}

/** Throws an error that names the variable that is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv): RuntimeConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const values = parsed.data;
  return {
    bins: join(values.HOLDFAST_LLAMA_DIR, 'bins'),
    chat: values.HOLDFAST_GGUF ? { name: values.HOLDFAST_MODEL, file: values.HOLDFAST_GGUF } : undefined,
    embed: values.HOLDFAST_EMBED_GGUF ? { name: values.HOLDFAST_EMBED_MODEL, file: values.HOLDFAST_EMBED_GGUF } : undefined,
    // More threads than cores cost a hundredfold: llama.cpp's threads spin at barriers.
    threads: Math.min(values.HOLDFAST_THREADS ?? 2, availableParallelism()),
    slots: values.HOLDFAST_MODEL_SLOTS,
    port: values.HOLDFAST_RUNTIME_PORT,
    nativeLogs: values.HOLDFAST_LOG_LEVEL === 'debug' || values.HOLDFAST_LOG_LEVEL === 'trace',
  };
}
