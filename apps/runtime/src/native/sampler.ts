import type { Candidates } from './candidates.js';
import type { GrammarMask } from './grammar-mask.js';
import type { Llama, Pointer } from './library.js';
import type { NativeModel } from './model.js';
import { topTokens } from './top-tokens.js';

/** How the next token is chosen. `topK` 0 means no limit of its own: the `WIDEST` most likely tokens then. */
export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly seed: number;
  readonly repeatPenalty: number;
  readonly repeatLastN: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
}

/** Beyond these the tail carries no mass that sampling would notice. */
const WIDEST = 4096;
/** Candidates looked at first under a grammar: enough that one of them nearly always fits. */
const GRAMMAR_WIDTH = 128;

/**
 * Chooses tokens with llama.cpp's samplers, over the few candidates that can win. A grammar is checked on those
 * only (on all 262,144 tokens of Gemma's vocabulary it costs 30 ms); where none of them fits it is checked on more.
 */
export class TokenSampler {
  readonly #llama: Llama;
  readonly #model: NativeModel;
  readonly #candidates: Candidates;
  readonly #chain: Pointer;
  readonly #width: number;

  constructor(llama: Llama, model: NativeModel, candidates: Candidates, sampling: Sampling) {
    this.#llama = llama;
    this.#model = model;
    this.#candidates = candidates;
    this.#chain = buildChain(llama, model, sampling);
    this.#width = candidateWidth(sampling);
  }

  /** Next token after the one that `logits` belong to. Does not accept it. */
  next(logits: Float32Array, grammar?: GrammarMask): number {
    const ids = grammar ? this.#allowed(logits, grammar) : topTokens(logits, this.#width);
    this.#candidates.fill(ids, logits);
    this.#llama.samplerApply(this.#chain, this.#candidates.header);
    return this.#candidates.selected();
  }

  /** Records a token for the repetition penalties. */
  accept(token: number): void {
    this.#llama.samplerAccept(this.#chain, token);
  }

  free(): void {
    this.#llama.samplerFree(this.#chain);
  }

  #allowed(logits: Float32Array, grammar: GrammarMask): Int32Array {
    for (const width of [Math.max(GRAMMAR_WIDTH, this.#width), WIDEST]) {
      const ids = withEnds(topTokens(logits, width), this.#model.ends);
      const allowed = grammar.allowed(ids, logits);
      if (allowed.length > 0) return allowed;
    }
    return this.#allowedOfAll(logits, grammar);
  }

  #allowedOfAll(logits: Float32Array, grammar: GrammarMask): Int32Array {
    const everyId = Int32Array.from({ length: this.#model.vocabSize }, (_, id) => id);
    const masked = new Float32Array(logits.length).fill(-Infinity);
    const allowed = grammar.allowed(everyId, logits);
    if (allowed.length === 0) throw new Error('the grammar allows no token of the vocabulary here');
    for (const id of allowed) masked[id] = logits[id]!;
    return topTokens(masked, Math.min(allowed.length, WIDEST));
  }
}

/**
 * Penalties only lower a logit, and touch at most `repeatLastN` tokens, so the best `topK` after them are among the
 * best `topK + repeatLastN` before: cutting first changes nothing and saves the vocabulary-wide passes.
 */
function candidateWidth(sampling: Sampling): number {
  if (sampling.temperature > 0 && sampling.topK === 0) return WIDEST;
  const kept = sampling.temperature > 0 ? sampling.topK : 1;
  return Math.min(WIDEST, kept + (hasPenalties(sampling) ? sampling.repeatLastN : 0));
}

function hasPenalties(sampling: Sampling): boolean {
  return sampling.repeatLastN > 0 && (sampling.repeatPenalty !== 1 || sampling.frequencyPenalty !== 0 || sampling.presencePenalty !== 0);
}

/** The order is llama.cpp's own (common/common.h): penalties, top-k, top-p, min-p, temperature. */
function buildChain(llama: Llama, model: NativeModel, sampling: Sampling): Pointer {
  const chain = llama.chainInit({ no_perf: true });
  if (hasPenalties(sampling)) {
    llama.chainAdd(
      chain,
      llama.initPenalties(model.vocabSize, sampling.repeatLastN, sampling.repeatPenalty, sampling.frequencyPenalty, sampling.presencePenalty),
    );
  }
  if (sampling.temperature <= 0) {
    llama.chainAdd(chain, llama.initGreedy());
    return chain;
  }
  if (sampling.topK > 0) llama.chainAdd(chain, llama.initTopK(sampling.topK));
  if (sampling.topP < 1) llama.chainAdd(chain, llama.initTopP(sampling.topP, 1));
  if (sampling.minP > 0) llama.chainAdd(chain, llama.initMinP(sampling.minP, 1));
  llama.chainAdd(chain, llama.initTemperature(sampling.temperature));
  llama.chainAdd(chain, llama.initDist(sampling.seed));
  return chain;
}

function withEnds(ids: Int32Array, ends: readonly number[]): Int32Array {
  const missing = ends.filter((end) => !ids.includes(end));
  if (missing.length === 0) return ids;
  const all = new Int32Array(ids.length + missing.length);
  all.set(ids);
  all.set(missing, ids.length);
  return all;
}
