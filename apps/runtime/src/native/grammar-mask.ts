import type { Candidates } from './candidates.js';
import type { Llama, Pointer } from './library.js';
import type { NativeModel } from './model.js';

/** A GBNF grammar in progress: which tokens may come next, given those accepted so far. */
export class GrammarMask {
  readonly #llama: Llama;
  readonly #model: NativeModel;
  readonly #candidates: Candidates;
  readonly #sampler: Pointer;

  /** Throws on a grammar that llama.cpp can't parse; grammars here come from schemaGrammar, whose output always parses. */
  constructor(llama: Llama, model: NativeModel, candidates: Candidates, gbnf: string) {
    this.#llama = llama;
    this.#model = model;
    this.#candidates = candidates;
    const sampler = llama.initGrammar(model.vocab, gbnf, 'root');
    if (!sampler) throw new Error('llama.cpp refused the grammar made from the schema');
    this.#sampler = sampler;
  }

  /** The tokens among `ids` that the grammar allows next, in the same order. */
  allowed(ids: Int32Array, logits: Float32Array): Int32Array {
    this.#candidates.fill(ids, logits);
    this.#llama.samplerApply(this.#sampler, this.#candidates.header);
    return this.#candidates.allowed();
  }

  /** Whether what was accepted so far is complete. */
  mayEnd(logits: Float32Array): boolean {
    return this.allowed(Int32Array.from(this.#model.ends), logits).length > 0;
  }

  /** Only for a token that `allowed` let pass: llama.cpp ends the process on any other. */
  accept(token: number): void {
    this.#llama.samplerAccept(this.#sampler, token);
  }

  free(): void {
    this.#llama.samplerFree(this.#sampler);
  }
}
