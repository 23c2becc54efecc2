import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bertMetadata, bertTensors } from './bert-gguf.js';
import { toFloat16 } from './float16.js';
import { ggufPieces } from './gguf-writer.js';
import { readSafetensors } from './safetensors.js';

/** Half precision read back, as the standard defines it. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

describe('toFloat16', () => {
  it.each([
    [0, 0x0000], [-0, 0x8000], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65520, 0x7c00], [1e9, 0x7c00], [Infinity, 0x7c00],
    [2 ** -24, 0x0001], [2 ** -25, 0x0000], [1.5 * 2 ** -24, 0x0002], [2 ** -14, 0x0400], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [2047.9, 0x6800],
  ])('%d', (value, bits) => {
    expect(toFloat16(Float32Array.of(value))[0]).toBe(bits);
  });

  it('takes the nearest half there is', () => {
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
        const bits = toFloat16(Float32Array.of(value))[0]!;
        const error = Math.abs(fromFloat16(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          if ((neighbour & 0x7fff) < 0x7c00) expect(error).toBeLessThanOrEqual(Math.abs(fromFloat16(neighbour & 0xffff) - value));
        }
      }),
    );
  });
});

describe('readSafetensors', () => {
  it('reads names, shapes and values, and leaves out what is not float32', () => {
    const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, w: { dtype: 'F32', shape: [2, 1], data_offsets: [8, 16] }, ids: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const data = Buffer.alloc(16);
    data.writeFloatLE(1.5, 8);
    data.writeFloatLE(-2, 12);
    expect(readSafetensors(Buffer.concat([length, header, data]))).toEqual([{ name: 'w', shape: [2, 1], values: Float32Array.of(1.5, -2) }]);
  });
});

describe('ggufPieces', () => {
  const file = Buffer.concat(
    ggufPieces({ 'general.architecture': { type: 'string', value: 'bert' }, n: { type: 'uint32', value: 7 } }, [
      { name: 'a', shape: [3, 2], type: 'F16', data: new Uint8Array(12).fill(1) },
      { name: 'b', shape: [2], type: 'F32', data: new Uint8Array(8).fill(2) },
    ]),
  );

  it('begins with magic, version and counts', () => {
    expect(file.subarray(0, 4).toString()).toBe('GGUF');
    expect([file.readUInt32LE(4), file.readBigUInt64LE(8), file.readBigUInt64LE(16)]).toEqual([3, 2n, 2n]);
  });

  it('aligns tensors to 32 bytes and gives their dimensions innermost first', () => {
    expect(file.length % 32).toBe(0);
    expect(file.subarray(-64, -52)).toEqual(Buffer.alloc(12, 1));
    expect(file.subarray(-32, -24)).toEqual(Buffer.alloc(8, 2));
    const info = file.indexOf(Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('a')])) + 9;
    expect([file.readUInt32LE(info), file.readBigUInt64LE(info + 4), file.readBigUInt64LE(info + 12)]).toEqual([2, 2n, 3n]);
  });
});

describe('BERT', () => {
  it('names tensors as llama.cpp wants them, with matrices in half precision', () => {
    const matrix = { shape: [1, 1], values: Float32Array.of(1) };
    const tensors = bertTensors([
      { name: 'embeddings.word_embeddings.weight', ...matrix },
      { name: 'embeddings.position_embeddings.weight', ...matrix },
      { name: 'encoder.layer.11.attention.output.LayerNorm.bias', shape: [1], values: Float32Array.of(1) },
      { name: 'pooler.dense.weight', ...matrix },
    ]);
    expect(tensors.map(({ name, type }) => [name, type])).toEqual([['token_embd.weight', 'F16'], ['position_embd.weight', 'F32'], ['blk.11.attn_output_norm.bias', 'F32']]);
  });

  it('marks the beginnings of words where the vocabulary marks continuations', () => {
    const config = { num_hidden_layers: 1, max_position_embeddings: 8, hidden_size: 1, intermediate_size: 1, num_attention_heads: 1, layer_norm_eps: 1e-12, type_vocab_size: 2 };
    const metadata = bertMetadata('m', config, ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'cat', '##s']);
    expect(metadata['tokenizer.ggml.tokens']!.value).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '\u2581cat', 's']);
    expect(metadata['tokenizer.ggml.token_type']!.value).toEqual([3, 2, 3, 3, 3, 1, 1]);
    expect(metadata['tokenizer.ggml.seperator_token_id']!.value).toBe(3);
  });
});
