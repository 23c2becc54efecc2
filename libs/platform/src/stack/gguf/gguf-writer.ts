/** GGUF version 3, little-endian. Source: github.com/ggml-org/ggml, docs/gguf.md. */

export type GgufValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s'; readonly value: readonly number[] };

export interface GgufTensor {
  readonly name: string;
  /** Outermost dimension first, as in the framework that made it; GGUF stores them the other way round. */
  readonly shape: readonly number[];
  readonly type: 'F32' | 'F16';
  readonly data: Uint8Array;
}

const VERSION = 3;
const ALIGNMENT = 32;
const VALUE_TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPES = { F32: 0, F16: 1 } as const;

/** The file as pieces to be written one after the other. */
export function ggufPieces(metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Uint8Array[] {
  const entries = Object.entries(metadata);
  const head = [Buffer.from('GGUF'), uint32(VERSION), uint64(tensors.length), uint64(entries.length)];
  const keys = entries.flatMap(([key, value]) => [string(key), ...encode(value)]);
  const infos: Buffer[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    const dimensions = tensor.shape.toReversed().map(uint64);
    infos.push(string(tensor.name), uint32(dimensions.length), ...dimensions, uint32(TENSOR_TYPES[tensor.type]), uint64(offset));
    offset += aligned(tensor.data.length);
  }
  const header = Buffer.concat([...head, ...keys, ...infos]);
  return [header, padding(header.length), ...tensors.flatMap(({ data }) => [data, padding(data.length)])];
}

function encode(value: GgufValue): Buffer[] {
  switch (value.type) {
    case 'uint32':
      return [uint32(VALUE_TYPES.uint32), uint32(value.value)];
    case 'int32':
      return [uint32(VALUE_TYPES.int32), int32(value.value)];
    case 'float32':
      return [uint32(VALUE_TYPES.float32), float32(value.value)];
    case 'bool':
      return [uint32(VALUE_TYPES.bool), Buffer.from([value.value ? 1 : 0])];
    case 'string':
      return [uint32(VALUE_TYPES.string), string(value.value)];
    case 'strings':
      return [uint32(VALUE_TYPES.array), uint32(VALUE_TYPES.string), uint64(value.value.length), ...value.value.map(string)];
    case 'int32s':
      return [uint32(VALUE_TYPES.array), uint32(VALUE_TYPES.int32), uint64(value.value.length), ...value.value.map(int32)];
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array(aligned(bytes) - bytes);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function string(value: string): Buffer {
  const text = Buffer.from(value, 'utf8');
  return Buffer.concat([uint64(text.length), text]);
}
