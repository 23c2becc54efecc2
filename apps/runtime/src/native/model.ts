import { statSync } from 'node:fs';
import type { Llama, Pointer } from './library.js';
import { assertRoom } from './memory.js';

/** What a GGUF file says about itself, in plain values that travel between threads. */
export interface ModelFacts {
  readonly architecture: string;
  readonly parameters: number;
  /** Tokens the model was trained to attend to. */
  readonly trainedContext: number;
  readonly embeddingWidth: number;
  readonly layers: number;
  /** The file's key-value metadata, without vocabularies. Numbers and booleans are parsed. */
  readonly metadata: Record<string, string | number | boolean>;
}

/** A piece of prompt: control text may hold the vocabulary's special tokens, other text never does. */
export interface PromptPart {
  readonly text: string;
  readonly control: boolean;
}

/** One loaded GGUF with its vocabulary. */
export class NativeModel {
  readonly pointer: Pointer;
  readonly vocab: Pointer;
  readonly vocabSize: number;
  readonly facts: ModelFacts;
  /** Beginning-of-sequence token, or -1 where the vocabulary adds none. */
  readonly bos: number;
  /** Whether what was evaluated last can be taken back: a recurrent state can't. */
  readonly rewinds: boolean;
  /** The tokens that end a turn, most usual first. */
  readonly ends: readonly number[];
  readonly #llama: Llama;
  readonly #piece = Buffer.alloc(256);

  /** `what`: its vocabulary and facts alone, which take a moment and little memory, or its weights too. */
  constructor(llama: Llama, file: string, what: 'vocabulary' | 'weights' = 'weights') {
    this.#llama = llama;
    if (what === 'weights') assertRoom('the model', statSync(file).size);
    const pointer = llama.modelLoad(file, { ...llama.modelDefaults(), n_gpu_layers: 0, vocab_only: what === 'vocabulary', check_tensors: what === 'weights' });
    if (!pointer) throw new Error(`llama.cpp could not load ${file}: not a GGUF file, damaged, or of an architecture it doesn't know`);
    this.pointer = pointer;
    this.vocab = llama.modelVocab(pointer);
    this.vocabSize = llama.vocabSize(this.vocab);
    this.facts = readFacts(llama, pointer);
    this.rewinds = !llama.modelIsRecurrent(pointer) && !llama.modelIsHybrid(pointer);
    this.bos = llama.vocabAddsBos(this.vocab) ? llama.vocabBos(this.vocab) : -1;
    const ends = [llama.vocabEot(this.vocab), llama.vocabEos(this.vocab), ...this.#singleToken('<end_of_turn>'), ...this.#singleToken('<turn|>')];
    this.ends = [...new Set(ends)].filter((token) => token >= 0 && llama.isEog(this.vocab, token));
  }

  /** Token ids of `parts`, with the beginning-of-sequence token exactly once in front where the vocabulary wants one. */
  tokenizePrompt(parts: readonly PromptPart[]): Int32Array {
    const pieces = parts.map((part) => this.tokenize(part.text, part.control));
    const startsWithBos = pieces.find((piece) => piece.length > 0)?.[0] === this.bos;
    if (this.bos >= 0 && !startsWithBos) pieces.unshift(Int32Array.of(this.bos));
    const all = new Int32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Token ids of `text`. `special`: whether `<start_of_turn>` and the like are read as tokens or as letters. */
  tokenize(text: string, special: boolean, addSpecial = false): Int32Array {
    const bytes = Buffer.from(text, 'utf8');
    const out = new Int32Array(bytes.length + 8);
    const count = this.#llama.tokenize(this.vocab, bytes, bytes.length, out, out.length, addSpecial, special);
    if (count < 0) throw new Error(`llama_tokenize answered ${count} for ${bytes.length} bytes`);
    return out.slice(0, count);
  }

  /** The bytes a token stands for; empty for control tokens unless `special`. A character may be spread over several tokens. */
  piece(token: number, special = false): Buffer {
    const length = this.#llama.tokenToPiece(this.vocab, token, this.#piece, this.#piece.length, 0, special);
    if (length >= 0) return Buffer.from(this.#piece.subarray(0, length));
    const large = Buffer.alloc(-length);
    this.#llama.tokenToPiece(this.vocab, token, large, large.length, 0, special);
    return large;
  }

  free(): void {
    this.#llama.modelFree(this.pointer);
  }

  endsTurn(token: number): boolean {
    return this.#llama.isEog(this.vocab, token);
  }

  #singleToken(text: string): number[] {
    const tokens = this.tokenize(text, true);
    return tokens.length === 1 ? [...tokens] : [];
  }
}

function readFacts(llama: Llama, model: Pointer): ModelFacts {
  const metadata = readMetadata(llama, model);
  const architecture = String(metadata['general.architecture'] ?? 'unknown');
  // llama.cpp's own figures are there with the weights only; the file's always.
  const told = (key: string, own: number): number => Number(metadata[`${architecture}.${key}`] ?? own);
  return {
    architecture,
    parameters: Number(llama.modelParameters(model)),
    trainedContext: told('context_length', llama.modelTrainedContext(model)),
    embeddingWidth: told('embedding_length', llama.modelEmbd(model)),
    layers: told('block_count', llama.modelLayers(model)),
    metadata,
  };
}

function readMetadata(llama: Llama, model: Pointer): ModelFacts['metadata'] {
  const metadata: ModelFacts['metadata'] = {};
  for (let index = 0; index < llama.modelMetaCount(model); index += 1) {
    const key = readString((out) => llama.modelMetaKey(model, index, out, out.length));
    const value = readString((out) => llama.modelMetaValue(model, index, out, out.length));
    const isArray = value.startsWith('[') && key.startsWith('tokenizer.');
    if (!isArray) metadata[key] = parseValue(value);
  }
  return metadata;
}

/** llama.cpp writes a NUL-ended string and answers its full length, as snprintf does. */
function readString(read: (out: Buffer) => number): string {
  let out = Buffer.alloc(512);
  let length = read(out);
  if (length >= out.length) {
    out = Buffer.alloc(length + 1);
    length = read(out);
  }
  return length < 0 ? '' : out.toString('utf8', 0, length);
}

function parseValue(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
