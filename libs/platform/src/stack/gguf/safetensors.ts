export interface Tensor {
  readonly name: string;
  /** Outermost dimension first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/**
 * The float32 tensors of a safetensors file, in the file's order: an 8-byte little-endian length, a JSON header of that
 * length, the data. Tensors of other types are left out. Source: github.com/huggingface/safetensors, "Format".
 */
export function readSafetensors(file: Buffer): Tensor[] {
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + headerBytes).toString('utf8')) as Record<string, Entry>;
  const data = file.subarray(8 + headerBytes);
  return Object.entries(header)
    .filter(([, entry]) => entry.dtype === 'F32')
    .map(([name, { shape, data_offsets: [start, end] }]) => ({ name, shape, values: toFloats(data.subarray(start, end)) }));
}

/** Copied, since a view of floats wants an aligned offset. */
function toFloats(bytes: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
