import koffi from 'koffi';
import type { Llama, Pointer } from './library.js';
import { assertRoom, cacheBytes } from './memory.js';
import type { NativeModel } from './model.js';
import type { ResidualTap } from './residual-tap.js';

/** Adds `scale * direction` to the residual stream after `layer`. */
export interface ControlVector {
  readonly layer: number;
  readonly scale: number;
  /** float32[embedding width] */
  readonly direction: readonly number[];
}

export interface ContextOptions {
  /** Tokens that fit, prompt and reply together. */
  readonly size: number;
  /** Threads at most; never more than cores. */
  readonly threads: number;
  /** Tokens evaluated by one call; also how soon a long prompt can be interrupted. */
  readonly batch: number;
  readonly embeddings?: boolean;
  /** Reads and corrects the residual stream; can't be added later. */
  readonly tap?: ResidualTap;
}

const POOLING_NONE = 0;
const SEQUENCE = 0;

/** One llama.cpp context with one sequence. Not for use by two callers at once. */
export class NativeContext {
  readonly size: number;
  readonly batch: number;
  readonly pooled: boolean;
  readonly #llama: Llama;
  readonly #model: NativeModel;
  readonly #pointer: Pointer;
  readonly #memory: Pointer;
  #steered = false;
  #threads: number;

  constructor(llama: Llama, model: NativeModel, options: ContextOptions) {
    this.#llama = llama;
    this.#model = model;
    assertRoom(`a context of ${options.size} tokens`, cacheBytes(model.facts, options.size));
    const pointer = llama.contextInit(model.pointer, {
      ...llama.contextDefaults(),
      n_ctx: options.size,
      n_batch: options.batch,
      n_ubatch: options.batch,
      n_threads: options.threads,
      n_threads_batch: options.threads,
      embeddings: options.embeddings ?? false,
      cb_eval: options.tap?.callback ?? null,
    });
    if (!pointer) throw new Error(`llama.cpp could not make a context of ${options.size} tokens: out of memory?`);
    this.#pointer = pointer;
    this.#memory = llama.memory(pointer);
    this.size = llama.contextSize(pointer);
    this.batch = options.batch;
    this.#threads = options.threads;
    this.pooled = llama.poolingType(pointer) > POOLING_NONE;
  }

  setThreads(threads: number): void {
    if (threads === this.#threads) return;
    this.#llama.setThreads(this.#pointer, threads, threads);
    this.#threads = threads;
  }

  /** Evaluates `tokens` (at most one batch) behind what the sequence holds; the last one's logits are kept. */
  decode(tokens: Int32Array): void {
    const status = this.#llama.decode(this.#pointer, batchOf(tokens));
    if (status !== 0) throw new Error(`llama_decode answered ${status} for ${tokens.length} tokens`);
  }

  /** Logits of the last evaluated token, float32[vocabulary]. A view of native memory: the next decode overwrites it. */
  logits(): Float32Array {
    return new Float32Array(koffi.view(this.#llama.logits(this.#pointer, -1), this.#model.vocabSize * 4));
  }

  /** Pooled embedding of `tokens`, float32[embedding width], not normalised. */
  embed(tokens: Int32Array): Float32Array {
    if (this.#memory) this.#llama.memoryClear(this.#memory, false);
    const status = this.#llama.encode(this.#pointer, batchOf(tokens));
    if (status !== 0) throw new Error(`llama_encode answered ${status} for ${tokens.length} tokens`);
    const vector = this.#llama.embeddingOfSequence(this.#pointer, SEQUENCE);
    if (!vector) throw new Error('the model gave no pooled embedding');
    return new Float32Array(koffi.view(vector, this.#model.facts.embeddingWidth * 4)).slice();
  }

  /** Drops everything from position `length` on. False where the cache can't be cut there: it is empty then. */
  truncate(length: number): boolean {
    if (length > 0 && this.#llama.memoryRemove(this.#memory, SEQUENCE, length, -1)) return true;
    this.#llama.memoryClear(this.#memory, false);
    return length === 0;
  }

  /** Steers every following evaluation, or stops steering. What was evaluated before stays as it was. */
  steer(vector: ControlVector | undefined): void {
    if (!vector && !this.#steered) return;
    const { embeddingWidth, layers } = this.#model.facts;
    const data = vector ? controlData(vector, embeddingWidth, layers) : null;
    const layer = vector?.layer ?? 0;
    const status = this.#llama.setControlVector(this.#pointer, data, data?.length ?? 0, embeddingWidth, layer, layer);
    if (status !== 0) throw new Error(`llama_set_adapter_cvec answered ${status}`);
    this.#steered = vector !== undefined;
  }

  free(): void {
    this.#llama.contextFree(this.#pointer);
  }
}

function batchOf(tokens: Int32Array): Record<string, unknown> {
  return { n_tokens: tokens.length, token: tokens, embd: null, pos: null, n_seq_id: null, seq_id: null, logits: null };
}

/** llama.cpp's layout: float32[width * (layers - 1)], layer n at (n - 1) * width; layer 0 can't be steered. */
function controlData(vector: ControlVector, width: number, layers: number): Float32Array {
  const data = new Float32Array(width * (layers - 1));
  const start = (vector.layer - 1) * width;
  vector.direction.forEach((value, index) => (data[start + index] = value * vector.scale));
  return data;
}
