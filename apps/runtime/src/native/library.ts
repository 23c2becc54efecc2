import koffi, { type LibraryHandle, type TypeObject } from 'koffi';
import { findLlamaFiles } from './files.js';
import { batch, checkLayout, contextParams, LIBRARY_VERSION, modelParams, samplerChainParams } from './layout.js';

/** A native pointer as koffi hands it over; never dereferenced in JavaScript. */
export type Pointer = unknown;

type Struct = Record<string, unknown>;

/** llama.cpp's C functions (include/llama.h, ggml/include/ggml-backend.h), named without their prefix. */
export interface Llama {
  readonly version: string;
  modelDefaults(): Struct;
  contextDefaults(): Struct;
  modelLoad(path: string, params: Struct): Pointer | null;
  modelFree(model: Pointer): void;
  modelVocab(model: Pointer): Pointer;
  modelEmbd(model: Pointer): number;
  modelLayers(model: Pointer): number;
  modelTrainedContext(model: Pointer): number;
  modelParameters(model: Pointer): number | bigint;
  modelIsRecurrent(model: Pointer): boolean;
  modelIsHybrid(model: Pointer): boolean;
  modelMetaCount(model: Pointer): number;
  modelMetaKey(model: Pointer, index: number, out: Uint8Array, size: number): number;
  modelMetaValue(model: Pointer, index: number, out: Uint8Array, size: number): number;
  contextInit(model: Pointer, params: Struct): Pointer | null;
  contextFree(context: Pointer): void;
  contextSize(context: Pointer): number;
  setThreads(context: Pointer, single: number, batch: number): void;
  poolingType(context: Pointer): number;
  memory(context: Pointer): Pointer;
  memoryClear(memory: Pointer, data: boolean): void;
  memoryRemove(memory: Pointer, sequence: number, from: number, to: number): boolean;
  decode(context: Pointer, tokens: Struct): number;
  encode(context: Pointer, tokens: Struct): number;
  logits(context: Pointer, row: number): Pointer | null;
  embeddingOfSequence(context: Pointer, sequence: number): Pointer | null;
  setControlVector(context: Pointer, data: Float32Array | null, length: number, width: number, first: number, last: number): number;
  tensorName(tensor: Pointer): string;
  tensorGet(tensor: Pointer, out: Float32Array, offset: number, bytes: number): void;
  tensorSet(tensor: Pointer, values: Float32Array, offset: number, bytes: number): void;
  vocabSize(vocab: Pointer): number;
  vocabBos(vocab: Pointer): number;
  vocabEos(vocab: Pointer): number;
  vocabEot(vocab: Pointer): number;
  vocabAddsBos(vocab: Pointer): boolean;
  isEog(vocab: Pointer, token: number): boolean;
  tokenize(vocab: Pointer, text: Uint8Array, length: number, out: Int32Array, capacity: number, addSpecial: boolean, parseSpecial: boolean): number;
  tokenToPiece(vocab: Pointer, token: number, out: Uint8Array, size: number, leftStrip: number, special: boolean): number;
  chainInit(params: Struct): Pointer;
  chainAdd(chain: Pointer, sampler: Pointer): void;
  samplerApply(sampler: Pointer, candidates: Pointer): void;
  samplerAccept(sampler: Pointer, token: number): void;
  samplerFree(sampler: Pointer): void;
  initGreedy(): Pointer;
  initDist(seed: number): Pointer;
  initTopK(k: number): Pointer;
  initTopP(p: number, keep: number): Pointer;
  initMinP(p: number, keep: number): Pointer;
  initTemperature(t: number): Pointer;
  initPenalties(vocabSize: number, lastN: number, repeat: number, frequency: number, presence: number): Pointer;
  initGrammar(vocab: Pointer, grammar: string, root: string): Pointer | null;
}

let opened: Llama | undefined;

/** Loads the libraries in `folder` once per thread, checks their layout, registers the CPU backends. */
export function openLlama(folder: string, options: { nativeLogs: boolean }): Llama {
  opened ??= bind(folder, options.nativeLogs);
  return opened;
}

function bind(folder: string, nativeLogs: boolean): Llama {
  const files = findLlamaFiles(folder);
  const base = koffi.load(files.ggmlBase, { global: true });
  const ggml = koffi.load(files.ggml, { global: true });
  const lib = koffi.load(files.llama);
  const size = 'size_t';
  const fn = (name: string, result: TypeObject | string, ...args: (TypeObject | string)[]): never =>
    lib.func(name, result, args) as never;

  const version = (fn('llama_version', 'const char *') as () => string)();
  const llama: Llama = {
    version,
    modelDefaults: fn('llama_model_default_params', modelParams),
    contextDefaults: fn('llama_context_default_params', contextParams),
    modelLoad: fn('llama_model_load_from_file', 'void *', 'const char *', modelParams),
    modelFree: fn('llama_model_free', 'void', 'void *'),
    modelVocab: fn('llama_model_get_vocab', 'void *', 'void *'),
    modelEmbd: fn('llama_model_n_embd', 'int32', 'void *'),
    modelLayers: fn('llama_model_n_layer', 'int32', 'void *'),
    modelTrainedContext: fn('llama_model_n_ctx_train', 'int32', 'void *'),
    modelParameters: fn('llama_model_n_params', 'uint64', 'void *'),
    modelIsRecurrent: fn('llama_model_is_recurrent', 'bool', 'void *'),
    modelIsHybrid: fn('llama_model_is_hybrid', 'bool', 'void *'),
    modelMetaCount: fn('llama_model_meta_count', 'int32', 'void *'),
    modelMetaKey: fn('llama_model_meta_key_by_index', 'int32', 'void *', 'int32', 'void *', size),
    modelMetaValue: fn('llama_model_meta_val_str_by_index', 'int32', 'void *', 'int32', 'void *', size),
    contextInit: fn('llama_init_from_model', 'void *', 'void *', contextParams),
    contextFree: fn('llama_free', 'void', 'void *'),
    setThreads: fn('llama_set_n_threads', 'void', 'void *', 'int32', 'int32'),
    contextSize: fn('llama_n_ctx', 'uint32', 'void *'),
    poolingType: fn('llama_pooling_type', 'int32', 'void *'),
    memory: fn('llama_get_memory', 'void *', 'void *'),
    memoryClear: fn('llama_memory_clear', 'void', 'void *', 'bool'),
    memoryRemove: fn('llama_memory_seq_rm', 'bool', 'void *', 'int32', 'int32', 'int32'),
    decode: fn('llama_decode', 'int32', 'void *', batch),
    encode: fn('llama_encode', 'int32', 'void *', batch),
    logits: fn('llama_get_logits_ith', 'void *', 'void *', 'int32'),
    embeddingOfSequence: fn('llama_get_embeddings_seq', 'void *', 'void *', 'int32'),
    setControlVector: fn('llama_set_adapter_cvec', 'int32', 'void *', 'void *', size, 'int32', 'int32', 'int32'),
    tensorName: base.func('ggml_get_name', 'const char *', ['void *']),
    tensorGet: base.func('ggml_backend_tensor_get', 'void', ['void *', 'void *', size, size]),
    tensorSet: base.func('ggml_backend_tensor_set', 'void', ['void *', 'void *', size, size]),
    vocabSize: fn('llama_vocab_n_tokens', 'int32', 'void *'),
    vocabBos: fn('llama_vocab_bos', 'int32', 'void *'),
    vocabEos: fn('llama_vocab_eos', 'int32', 'void *'),
    vocabEot: fn('llama_vocab_eot', 'int32', 'void *'),
    vocabAddsBos: fn('llama_vocab_get_add_bos', 'bool', 'void *'),
    isEog: fn('llama_vocab_is_eog', 'bool', 'void *', 'int32'),
    tokenize: fn('llama_tokenize', 'int32', 'void *', 'void *', 'int32', 'void *', 'int32', 'bool', 'bool'),
    tokenToPiece: fn('llama_token_to_piece', 'int32', 'void *', 'int32', 'void *', 'int32', 'int32', 'bool'),
    chainInit: fn('llama_sampler_chain_init', 'void *', samplerChainParams),
    chainAdd: fn('llama_sampler_chain_add', 'void', 'void *', 'void *'),
    samplerApply: fn('llama_sampler_apply', 'void', 'void *', 'void *'),
    samplerAccept: fn('llama_sampler_accept', 'void', 'void *', 'int32'),
    samplerFree: fn('llama_sampler_free', 'void', 'void *'),
    initGreedy: fn('llama_sampler_init_greedy', 'void *'),
    initDist: fn('llama_sampler_init_dist', 'void *', 'uint32'),
    initTopK: fn('llama_sampler_init_top_k', 'void *', 'int32'),
    initTopP: fn('llama_sampler_init_top_p', 'void *', 'float', size),
    initMinP: fn('llama_sampler_init_min_p', 'void *', 'float', size),
    initTemperature: fn('llama_sampler_init_temp', 'void *', 'float'),
    initPenalties: fn('llama_sampler_init_penalties', 'void *', 'int32', 'int32', 'float', 'float', 'float'),
    initGrammar: fn('llama_sampler_init_grammar', 'void *', 'void *', 'const char *', 'const char *'),
  };
  if (version !== LIBRARY_VERSION) throw new Error(`llama.cpp ${version} is not the build this binding was written for: ${LIBRARY_VERSION}`);
  checkLayout(version, llama.modelDefaults(), llama.contextDefaults());
  if (!nativeLogs) silence(lib, base);
  (ggml.func('ggml_backend_load_all_from_path', 'void', ['const char *']) as (dir: string) => void)(files.folder);
  (fn('llama_backend_init', 'void') as () => void)();
  return llama;
}

/**
 * The log hook is process-wide and called from native threads, so a JavaScript callback is unsafe in a worker.
 * A native function without arguments or effects does as the hook: its caller's extra arguments are ignored in
 * every C calling convention that llama.cpp is built for.
 */
function silence(lib: LibraryHandle, base: LibraryHandle): void {
  const nothing: unknown = base.symbol('ggml_time_us');
  (lib.func('llama_log_set', 'void', ['void *', 'void *']) as (hook: unknown, data: null) => void)(nothing, null);
}
