import type { ServedModel } from '../model/served-model.js';
import { GEMMA4 } from '../prompt/templates.js';

type Json = Record<string, unknown>;

/** GET /api/tags. */
export async function tags(models: readonly ServedModel[]): Promise<Json> {
  return { models: await Promise.all(models.map(listed)) };
}

/** GET /api/ps: a model is loaded with its first request, and stays so. */
export async function running(models: readonly ServedModel[]): Promise<Json> {
  const loaded = models.filter(({ thread }) => thread.contextSize !== undefined).map(async (model) => ({
    ...(await listed(model)),
    size_vram: 0,
    context_length: model.thread.contextSize,
    expires_at: '9999-12-31T23:59:59Z',
    /** Ours: requests that run or wait. */
    queue_depth: model.thread.depth,
  }));
  return { models: await Promise.all(loaded) };
}

/** POST /api/show. `tool_calls` is ours: tools are accepted, but by prompt and grammar, not as a trained ability. */
export function show(model: ServedModel): Json {
  const { facts } = model.thread.ready;
  return {
    modified_at: model.file.mtime.toISOString(),
    template: model.template?.name ?? '',
    details: details(model),
    model_info: { ...facts.metadata, 'general.parameter_count': facts.parameters },
    capabilities: model.kind === 'embed' ? ['embedding'] : model.template === GEMMA4 ? ['completion', 'tools', 'thinking'] : ['completion'],
    ...(model.kind === 'chat' && model.template !== GEMMA4 && { tool_calls: 'prompted' }),
  };
}

async function listed(model: ServedModel): Promise<Json> {
  const name = model.setting.name.includes(':') ? model.setting.name : `${model.setting.name}:latest`;
  return { name, model: name, modified_at: model.file.mtime.toISOString(), size: model.file.size, digest: await model.digest(), details: details(model) };
}

function details(model: ServedModel): Json {
  const { architecture, parameters, metadata } = model.thread.ready.facts;
  return {
    parent_model: '',
    format: 'gguf',
    family: architecture,
    families: [architecture],
    parameter_size: parameterSize(parameters),
    quantization_level: FILE_TYPES[Number(metadata['general.file_type'])] ?? 'unknown',
  };
}

/** As Ollama writes it: 268098176 is `268.10M`. */
export function parameterSize(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(1)}B`;
  return parameters >= 1e6 ? `${(parameters / 1e6).toFixed(2)}M` : `${(parameters / 1e3).toFixed(2)}K`;
}

/** llama_ftype (include/llama.h), the usual ones. */
const FILE_TYPES: Record<number, string> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  32: 'BF16',
};
