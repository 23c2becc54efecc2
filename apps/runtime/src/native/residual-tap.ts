import koffi from 'koffi';
import type { Llama, Pointer } from './library.js';

/**
 * What is done to the projection p of the residual stream onto a unit direction.
 * fixed: p + by. clamp: p is moved to the nearest end of the band [low, high]. gate: the same, a `share` of the way.
 */
export type Correction =
  | { readonly mode: 'fixed'; readonly by: number }
  | { readonly mode: 'clamp'; readonly low: number; readonly high: number }
  | { readonly mode: 'gate'; readonly low: number; readonly high: number; readonly share: number };

/** A direction in the residual stream after `layer`; read for every token, corrected where asked. */
export interface Axis {
  readonly name: string;
  readonly layer: number;
  /** float32[embedding width] of length 1 */
  readonly direction: readonly number[];
  readonly correct?: Correction | undefined;
}

/** How far a projection is moved. */
export function shift(correction: Correction | undefined, projection: number): number {
  if (!correction) return 0;
  if (correction.mode === 'fixed') return correction.by;
  const { low, high } = correction;
  const whole = projection < low ? low - projection : projection > high ? high - projection : 0;
  return correction.mode === 'gate' ? whole * correction.share : whole;
}

/** Called with the residual stream after `layer`, float32[rows × width]; answers whether it changed it. */
export type ResidualReader = (layer: number, rows: Float32Array) => boolean;

const NE_OFFSET = 16; // ggml_tensor.ne, int64[4] (ggml/include/ggml.h)
const NAME = /^l_out-(\d+)$/;
const prototype = koffi.pointer(koffi.proto('bool HoldfastEvalCallback(void *tensor, bool ask, void *data)'));

/**
 * The scheduler's evaluation callback of one context: hands the residual stream after the wanted layers to a reader
 * and writes back what it changed, within the same token. It runs on the thread that decodes.
 */
export class ResidualTap {
  /** For `cb_eval`. */
  readonly callback: Pointer;
  readonly #llama: Llama;
  readonly #width: number;
  #layers: ReadonlySet<number> = new Set();
  #reader: ResidualReader | undefined;
  #failure: unknown;
  #seen = 0;

  constructor(llama: Llama, width: number) {
    this.#llama = llama;
    this.#width = width;
    this.callback = koffi.register((tensor: Pointer, ask: boolean) => this.#call(tensor, ask), prototype);
  }

  /**
   * Reads `layers` while `decode` runs. What the reader throws is thrown here: across the native frames it would
   * leave the context in an unknown state. Throws also where the model's graph names no such tensors.
   */
  during(layers: ReadonlySet<number>, reader: ResidualReader, decode: () => void): void {
    [this.#layers, this.#reader, this.#failure, this.#seen] = [layers, reader, undefined, 0];
    try {
      decode();
    } finally {
      this.#reader = undefined;
    }
    if (this.#failure) throw this.#failure as Error;
    if (this.#seen < layers.size) throw new Error('steering_unsupported: this architecture does not name its residual stream');
  }

  #call(tensor: Pointer, ask: boolean): boolean {
    if (!this.#reader) return !ask;
    try {
      const layer = Number(NAME.exec(this.#llama.tensorName(tensor))?.[1] ?? -1);
      if (!this.#layers.has(layer)) return !ask;
      if (!ask) this.#read(tensor, layer);
    } catch (error) {
      this.#failure ??= error;
    }
    return true;
  }

  #read(tensor: Pointer, layer: number): void {
    const rows = Number((koffi.decode(tensor, NE_OFFSET, 'int64', 4) as (bigint | number)[])[1]);
    const values = new Float32Array(rows * this.#width);
    this.#llama.tensorGet(tensor, values, 0, values.byteLength);
    this.#seen += 1;
    if (this.#reader!(layer, values)) this.#llama.tensorSet(tensor, values, 0, values.byteLength);
  }
}
