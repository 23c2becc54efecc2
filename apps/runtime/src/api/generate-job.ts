import { randomInt } from 'node:crypto';
import { Fault } from '../fault.js';
import { JSON_GRAMMAR, schemaGrammar } from '../grammar/schema-grammar.js';
import type { ServedModel } from '../model/served-model.js';
import { DEFAULT_CONTEXT } from '../model/start-models.js';
import type { PromptPart } from '../native/model.js';
import { GEMMA4 } from '../prompt/templates.js';
import type { Sampling } from '../native/sampler.js';
import type { GenerateJob } from '../worker/protocol.js';
import { checkedAxes, checkedSteer } from './checked-steering.js';
import type { ChatBody, GenerateBody, Options } from './schemas.js';

type Job = Omit<GenerateJob, 'id' | 'cancel'>;
type Asked = Pick<ChatBody | GenerateBody, 'options' | 'format' | 'think'>;

/** What the model's thread is asked to do for a request's options. */
export function generateJob(model: ServedModel, asked: Asked, parts: readonly PromptPart[], templateStops: readonly string[]): Job {
  if (asked.think && model.template !== GEMMA4) throw new Fault(400, `"${model.setting.name}" does not support thinking`);
  const { options } = asked;
  const sampling = toSampling(options);
  return {
    parts,
    sampling,
    maxTokens: options.num_predict === undefined || options.num_predict < 0 ? undefined : options.num_predict,
    contextSize: options.num_ctx ?? DEFAULT_CONTEXT,
    seeded: options.seed !== undefined && options.seed >= 0,
    lookup: options.lookup ?? true,
    stop: [...templateStops, ...[options.stop ?? []].flat()],
    grammar: toGrammar(asked.format),
    steer: checkedSteer(model, options.steer),
    axes: checkedAxes(model, options.axes),
  };
}

/** Ollama's defaults (api/types.go, DefaultOptions). */
export function toSampling(options: Options): Sampling {
  const contextSize = options.num_ctx ?? DEFAULT_CONTEXT;
  return {
    temperature: options.temperature ?? 0.8,
    topK: options.top_k ?? 40,
    topP: options.top_p ?? 0.9,
    minP: options.min_p ?? 0,
    seed: toSeed(options.seed),
    repeatPenalty: options.repeat_penalty ?? 1.1,
    repeatLastN: options.repeat_last_n === -1 ? contextSize : (options.repeat_last_n ?? 64),
    frequencyPenalty: options.frequency_penalty ?? 0,
    presencePenalty: options.presence_penalty ?? 0,
  };
}

/** An unsigned 32-bit seed; -1 or none means a random one, and llama.cpp's own word for random is never sent. */
function toSeed(seed: number | undefined): number {
  if (seed === undefined || seed < 0) return randomInt(0, 0xffff_ffff);
  return seed % 0xffff_ffff;
}

function toGrammar(format: Asked['format']): string | undefined {
  if (!format) return undefined;
  return format === 'json' ? JSON_GRAMMAR : schemaGrammar(format);
}
