import koffi from 'koffi';

/** Layouts and offsets were read from this version's headers; another one is refused, not tried. */
export const LIBRARY_VERSION = '0.5.0-dev';

/**
 * The structs that llama.cpp passes by value (include/llama.h of the release bundled with node-llama-cpp 3.22.1).
 * A field that moves in a later release would corrupt memory without a word, so `checkLayout` compares sizes and
 * the library's own defaults at start-up.
 */
export const modelParams = koffi.struct({
  devices: 'void *',
  tensor_buft_overrides: 'void *',
  n_gpu_layers: 'int32',
  split_mode: 'int32',
  load_mode: 'int32',
  lazy_mode: 'int32',
  main_gpu: 'int32',
  tensor_split: 'void *',
  progress_callback: 'void *',
  progress_callback_user_data: 'void *',
  kv_overrides: 'void *',
  vocab_only: 'bool',
  check_tensors: 'bool',
  use_extra_bufts: 'bool',
  no_host: 'bool',
  no_alloc: 'bool',
  load_mtp: 'bool',
});

export const contextParams = koffi.struct({
  n_ctx: 'uint32',
  n_batch: 'uint32',
  n_ubatch: 'uint32',
  n_seq_max: 'uint32',
  n_rs_seq: 'uint32',
  n_outputs_max: 'uint32',
  n_outputs_max_per_seq: 'uint32',
  n_threads: 'int32',
  n_threads_batch: 'int32',
  ctx_type: 'int32',
  rope_scaling_type: 'int32',
  pooling_type: 'int32',
  attention_type: 'int32',
  flash_attn_type: 'int32',
  rope_freq_base: 'float',
  rope_freq_scale: 'float',
  yarn_ext_factor: 'float',
  yarn_attn_factor: 'float',
  yarn_beta_fast: 'float',
  yarn_beta_slow: 'float',
  yarn_orig_ctx: 'uint32',
  defrag_thold: 'float',
  cb_eval: 'void *',
  cb_eval_user_data: 'void *',
  type_k: 'int32',
  type_v: 'int32',
  abort_callback: 'void *',
  abort_callback_data: 'void *',
  embeddings: 'bool',
  offload_kqv: 'bool',
  no_perf: 'bool',
  op_offload: 'bool',
  swa_full: 'bool',
  kv_unified: 'bool',
  samplers: 'void *',
  n_samplers: 'size_t',
  ctx_other: 'void *',
});

export const batch = koffi.struct({
  n_tokens: 'int32',
  token: 'void *',
  embd: 'void *',
  pos: 'void *',
  n_seq_id: 'void *',
  seq_id: 'void *',
  logits: 'void *',
});

export const samplerChainParams = koffi.struct({ no_perf: 'bool' });

const SIZES = [
  ['llama_model_params', modelParams, 80],
  ['llama_context_params', contextParams, 160],
  ['llama_batch', batch, 56],
] as const;

const MODEL_DEFAULTS = { n_gpu_layers: -1, split_mode: 1, load_mode: -1, lazy_mode: 1, main_gpu: 0, vocab_only: false, use_extra_bufts: true, load_mtp: false };
const CONTEXT_DEFAULTS = {
  n_ctx: 512,
  n_batch: 2048,
  n_ubatch: 512,
  n_seq_max: 1,
  n_outputs_max_per_seq: 1,
  n_threads: 4,
  rope_scaling_type: -1,
  pooling_type: -1,
  flash_attn_type: -1,
  yarn_ext_factor: -1,
  yarn_orig_ctx: 0,
  type_k: 1,
  type_v: 1,
  embeddings: false,
  offload_kqv: true,
  no_perf: true,
  swa_full: true,
  kv_unified: false,
  n_samplers: 0,
};

type Fields = Record<string, unknown>;

/** Throws where the library at hand doesn't have the structs above. */
export function checkLayout(version: string, model: Fields, context: Fields): void {
  for (const [name, type, size] of SIZES) {
    if (koffi.sizeof(type) !== size) throw layoutError(version, `${name} is ${koffi.sizeof(type)} bytes here, ${size} there`);
  }
  compare(version, 'llama_model_params', model, MODEL_DEFAULTS);
  compare(version, 'llama_context_params', context, CONTEXT_DEFAULTS);
}

function compare(version: string, struct: string, seen: Fields, expected: Fields): void {
  for (const [field, value] of Object.entries(expected)) {
    if (seen[field] !== value) throw layoutError(version, `${struct}.${field} defaults to ${String(seen[field])}, not ${String(value)}`);
  }
}

function layoutError(version: string, detail: string): Error {
  return new Error(`llama.cpp ${version} is not the build this binding was written for: ${detail}`);
}
