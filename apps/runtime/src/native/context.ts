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
  /** Tokens that fit into each sequence, prompt and reply together. */
  readonly size: number;
  /** Conversations that are kept side by side; one where not given. */
  readonly sequences?: number;
  /** Threads at most; never more than cores. */
  readonly threads: number;
  /** Tokens evaluated by one call; also how soon a long prompt can be interrupted. */
  readonly batch: number;
  readonly embeddings?: boolean;
  /** Rows of a sequence whose logits one evaluation may keep; one where not given. */
  readonly outputs?: number;
  /** Reads and corrects the residual stream; can't be added later. */
  readonly tap?: ResidualTap;
}

/** A token at its place in a sequence. */
export interface Row {
  readonly sequence: number;
  readonly position: number;
  readonly token: number;
}

const POOLING_NONE = 0;
const SEQUENCE = 0;

/** One llama.cpp context. Its sequences share the weights' evaluation and nothing else. Not for use by two callers at once. */
export class NativeContext {
  /** Tokens of each sequence. */
  readonly size: number;
  readonly sequences: number;
  readonly batch: number;
  readonly pooled: boolean;
  readonly #llama: Llama;
  readonly #model: NativeModel;
  readonly #pointer: Pointer;
  readonly #memory: Pointer;
  /** Address of each sequence's number, as a batch wants it. */
  readonly #sequenceAddresses: readonly bigint[];
  #steered = false;
  #threads: number;

  constructor(llama: Llama, model: NativeModel, options: ContextOptions) {
    this.#llama = llama;
    this.#model = model;
    const { size, sequences = 1 } = options;
    assertRoom(`a context of ${sequences === 1 ? '' : `${sequences} times `}${size} tokens`, cacheBytes(model.facts, size * sequences));
    const pointer = llama.contextInit(model.pointer, {
      ...llama.contextDefaults(),
      n_ctx: size * sequences,
      n_seq_max: sequences,
      n_outputs_max_per_seq: options.outputs ?? 1,
      n_batch: options.batch,
      n_ubatch: options.batch,
      n_threads: options.threads,
      n_threads_batch: options.threads,
      embeddings: options.embeddings ?? false,
      cb_eval: options.tap?.callback ?? null,
    });
    if (!pointer) throw new Error(`llama.cpp could not make a context of ${size} tokens: out of memory?`);
    this.#pointer = pointer;
    this.#memory = llama.memory(pointer);
    this.sequences = sequences;
    this.size = Math.floor(llama.contextSize(pointer) / sequences);
    this.#sequenceAddresses = numbersInMemory(sequences);
    this.batch = options.batch;
    this.#threads = options.threads;
    this.pooled = llama.poolingType(pointer) > POOLING_NONE;
  }

  setThreads(threads: number): void {
    if (threads === this.#threads) return;
    this.#llama.setThreads(this.#pointer, threads, threads);
    this.#threads = threads;
  }

  /** Evaluates `tokens` (at most one batch) from `position` of a sequence on; the last one's logits are kept. */
  decode(sequence: number, position: number, tokens: Int32Array): void {
    const outputs = new Int8Array(tokens.length);
    outputs[tokens.length - 1] = 1;
    this.#decode(tokens, tokens.map((_, index) => position + index), Array<number>(tokens.length).fill(sequence), outputs);
  }

  /** Evaluates tokens of several sequences, or several of one, together; the logits of all are kept, in the same order. */
  decodeTogether(rows: readonly Row[]): void {
    this.#decode(Int32Array.from(rows, ({ token }) => token), Int32Array.from(rows, ({ position }) => position), rows.map(({ sequence }) => sequence), new Int8Array(rows.length).fill(1));
  }

  #decode(tokens: Int32Array, positions: Int32Array, sequences: readonly number[], outputs: Int8Array): void {
    const addresses = BigUint64Array.from(sequences, (sequence) => this.#sequenceAddresses[sequence]!);
    const batch = { n_tokens: tokens.length, token: tokens, embd: null, pos: positions, n_seq_id: new Int32Array(tokens.length).fill(1), seq_id: addresses, logits: outputs };
    const status = this.#llama.decode(this.#pointer, batch);
    if (status !== 0) throw new Error(`llama_decode answered ${status} for ${tokens.length} tokens`);
  }

  /** Logits of a row of the last evaluation, of its last one where none is named: float32[vocabulary]. A view of native memory: the next evaluation overwrites it. */
  logits(row = -1): Float32Array {
    return new Float32Array(koffi.view(this.#llama.logits(this.#pointer, row), this.#model.vocabSize * 4));
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

  /** Drops everything of a sequence from position `length` on. False where it can't be cut there: it is empty then. */
  truncate(sequence: number, length: number): boolean {
    if (this.#llama.memoryRemove(this.#memory, sequence, length, -1)) return true;
    this.#llama.memoryRemove(this.#memory, sequence, 0, -1);
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

/** The numbers from 0 to `count`, kept for good in native memory. */
function numbersInMemory(count: number): bigint[] {
  const memory: unknown = koffi.alloc('int32', count);
  new Int32Array(koffi.view(memory, count * 4)).forEach((_, index, all) => (all[index] = index));
  const start = BigInt(koffi.address(memory));
  return Array.from({ length: count }, (_, index) => start + BigInt(index * 4));
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
