import koffi from 'koffi';
import type { Pointer } from './library.js';

const ENTRY_BYTES = 12; // llama_token_data: int32 id, float logit, float p
const HEADER_BYTES = 32; // llama_token_data_array: pointer data, size_t size, int64 selected, bool sorted

/**
 * A llama_token_data_array in native memory that JavaScript fills and llama.cpp's samplers work on.
 * Entries are kept in descending order of logit, ties by id, so that a seed always picks the same token.
 */
export class Candidates {
  readonly header: Pointer;
  readonly #capacity: number;
  readonly #data: Pointer;
  readonly #ids: Int32Array;
  readonly #floats: Float32Array;
  readonly #head: DataView;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#data = koffi.alloc('uint8', capacity * ENTRY_BYTES);
    this.header = koffi.alloc('uint8', HEADER_BYTES);
    const memory = koffi.view(this.#data, capacity * ENTRY_BYTES);
    this.#ids = new Int32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#head = new DataView(koffi.view(this.header, HEADER_BYTES));
  }

  get size(): number {
    return this.#size;
  }

  /** Puts `ids` in, in the order given, with their `logits` (indexed by token id). */
  fill(ids: Int32Array, logits: Float32Array): void {
    if (ids.length > this.#capacity) throw new RangeError(`${ids.length} candidates, room for ${this.#capacity}`);
    for (let i = 0, at = 0; i < ids.length; i += 1, at += 3) {
      const id = ids[i]!;
      this.#ids[at] = id;
      this.#floats[at + 1] = logits[id]!;
      this.#floats[at + 2] = 0;
    }
    this.#setSize(ids.length);
  }

  /** The ids whose logit a grammar left finite, in order. */
  allowed(): Int32Array {
    const kept: number[] = [];
    for (let i = 0, at = 0; i < this.#size; i += 1, at += 3) {
      if (this.#floats[at + 1]! !== -Infinity) kept.push(this.#ids[at]!);
    }
    return Int32Array.from(kept);
  }

  /** Token that the last sampler of a chain selected. */
  selected(): number {
    const index = Number(this.#head.getBigInt64(16, true));
    if (index < 0) throw new Error('the samplers selected nothing');
    const pointer = this.#head.getBigUint64(0, true);
    return koffi.decode(pointer, index * ENTRY_BYTES, 'int32') as number;
  }

  #setSize(size: number): void {
    this.#size = size;
    this.#head.setBigUint64(0, BigInt(koffi.address(this.#data)), true);
    this.#head.setBigUint64(8, BigInt(size), true);
    this.#head.setBigInt64(16, -1n, true);
    this.#head.setUint8(24, 1);
  }
}
