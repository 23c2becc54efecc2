import { toFloat16 } from './float16.js';
import type { GgufTensor, GgufValue } from './gguf-writer.js';
import type { Tensor } from './safetensors.js';

/** What is read of a BERT's config.json. */
export interface BertConfig {
  readonly num_hidden_layers: number;
  readonly max_position_embeddings: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly layer_norm_eps: number;
  readonly type_vocab_size: number;
}

const MEAN_POOLING = 1;
const MOSTLY_F16 = 1;
const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3 } as const;

/** Names as llama.cpp's converter maps them (gguf-py, tensor_mapping.py, MODEL_ARCH.BERT). */
const TENSOR_NAMES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^embeddings\.word_embeddings\./, 'token_embd.'],
  [/^embeddings\.token_type_embeddings\./, 'token_types.'],
  [/^embeddings\.position_embeddings\./, 'position_embd.'],
  [/^embeddings\.LayerNorm\./, 'token_embd_norm.'],
  [/^encoder\.layer\.(\d+)\.attention\.self\.query\./, 'blk.$1.attn_q.'],
  [/^encoder\.layer\.(\d+)\.attention\.self\.key\./, 'blk.$1.attn_k.'],
  [/^encoder\.layer\.(\d+)\.attention\.self\.value\./, 'blk.$1.attn_v.'],
  [/^encoder\.layer\.(\d+)\.attention\.output\.dense\./, 'blk.$1.attn_output.'],
  [/^encoder\.layer\.(\d+)\.attention\.output\.LayerNorm\./, 'blk.$1.attn_output_norm.'],
  [/^encoder\.layer\.(\d+)\.intermediate\.dense\./, 'blk.$1.ffn_up.'],
  [/^encoder\.layer\.(\d+)\.output\.dense\./, 'blk.$1.ffn_down.'],
  [/^encoder\.layer\.(\d+)\.output\.LayerNorm\./, 'blk.$1.layer_output_norm.'],
];
/** llama.cpp adds these to the hidden state as they are, so they keep their precision. */
const KEPT_F32 = new Set(['token_types.weight', 'position_embd.weight']);

/** Matrices in half precision, vectors in single. The pooler is left out: sentence embeddings are means. */
export function bertTensors(tensors: readonly Tensor[]): GgufTensor[] {
  return tensors.flatMap(({ name, shape, values }) => {
    const mapping = TENSOR_NAMES.find(([pattern]) => pattern.test(name));
    if (mapping === undefined) return [];
    const ggufName = name.replace(...mapping);
    const half = shape.length > 1 && !KEPT_F32.has(ggufName);
    return [{ name: ggufName, shape, type: half ? 'F16' : 'F32', data: bytesOf(half ? toFloat16(values) : values) } satisfies GgufTensor];
  });
}

/** @param vocabulary WordPiece tokens in the order of their ids */
export function bertMetadata(name: string, config: BertConfig, vocabulary: readonly string[]): Record<string, GgufValue> {
  const id = (token: string): GgufValue => ({ type: 'uint32', value: vocabulary.indexOf(token) });
  return {
    'general.architecture': { type: 'string', value: 'bert' },
    'general.name': { type: 'string', value: name },
    'general.file_type': { type: 'uint32', value: MOSTLY_F16 },
    'bert.block_count': { type: 'uint32', value: config.num_hidden_layers },
    'bert.context_length': { type: 'uint32', value: config.max_position_embeddings },
    'bert.embedding_length': { type: 'uint32', value: config.hidden_size },
    'bert.feed_forward_length': { type: 'uint32', value: config.intermediate_size },
    'bert.attention.head_count': { type: 'uint32', value: config.num_attention_heads },
    'bert.attention.layer_norm_epsilon': { type: 'float32', value: config.layer_norm_eps },
    'bert.attention.causal': { type: 'bool', value: false },
    'bert.pooling_type': { type: 'uint32', value: MEAN_POOLING },
    'tokenizer.ggml.model': { type: 'string', value: 'bert' },
    'tokenizer.ggml.pre': { type: 'string', value: 'default' },
    'tokenizer.ggml.token_type_count': { type: 'uint32', value: config.type_vocab_size },
    'tokenizer.ggml.tokens': { type: 'strings', value: vocabulary.map(phantomSpace) },
    'tokenizer.ggml.token_type': { type: 'int32s', value: vocabulary.map(tokenType) },
    'tokenizer.ggml.unknown_token_id': id('[UNK]'),
    // llama.cpp spells this key so.
    'tokenizer.ggml.seperator_token_id': id('[SEP]'),
    'tokenizer.ggml.padding_token_id': id('[PAD]'),
    'tokenizer.ggml.cls_token_id': id('[CLS]'),
    'tokenizer.ggml.mask_token_id': id('[MASK]'),
    'tokenizer.ggml.bos_token_id': id('[CLS]'),
    'tokenizer.ggml.eos_token_id': id('[SEP]'),
  };
}

/** llama.cpp marks the beginning of a word where WordPiece marks its continuation. */
function phantomSpace(token: string): string {
  if (isSpecial(token)) return token;
  return token.startsWith('##') ? token.slice(2) : `\u2581${token}`;
}

function tokenType(token: string): number {
  if (token === '[UNK]') return TOKEN_TYPE.unknown;
  return isSpecial(token) ? TOKEN_TYPE.control : TOKEN_TYPE.normal;
}

function isSpecial(token: string): boolean {
  return /^\[.+\]$/.test(token);
}

function bytesOf(values: Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
