import { NativeContext } from '../native/context.js';
import type { Llama } from '../native/library.js';
import { NativeModel } from '../native/model.js';
import { Fault } from '../fault.js';
import { Compute } from './compute.js';
import type { ComputeTurn } from './compute-turn.js';
import type { EmbedJob, EmbedResult, WorkerSetup } from './protocol.js';

/** One embedding model with one context. A text is one batch: these models attend in both directions. */
export class EmbedEngine {
  readonly model: NativeModel;
  readonly #compute: Compute;
  readonly #context: NativeContext;

  constructor(llama: Llama, setup: WorkerSetup, turn: ComputeTurn) {
    this.model = new NativeModel(llama, setup.file);
    this.#compute = new Compute(turn, setup.threads, this.model.facts.parameters);
    const size = Math.min(setup.contextSize, this.model.facts.trainedContext);
    this.#context = turn.take(() => new NativeContext(llama, this.model, { size, threads: setup.threads, batch: size, embeddings: true }));
    if (!this.#context.pooled) throw new Error(`${setup.file} declares no pooling: it is not an embedding model`);
  }

  get contextSize(): number {
    return this.#context.batch;
  }

  run(job: EmbedJob): EmbedResult {
    const cancel = new Int32Array(job.cancel);
    const inputs = job.texts.map((text, index) => this.#tokens(text, index, job.truncate));
    const vectors: Float32Array[] = [];
    for (const input of inputs) {
      if (Atomics.load(cancel, 0) !== 0) break;
      vectors.push(unit(this.#compute.embed(this.#context, input)));
    }
    return { vectors, tokens: inputs.reduce((sum, input) => sum + input.length, 0) };
  }

  #tokens(text: string, index: number, truncate: boolean): Int32Array {
    const tokens = this.model.tokenize(text, false, true);
    const limit = this.#context.batch;
    if (tokens.length <= limit) return tokens;
    if (!truncate) throw new Fault(400, `the input length exceeds the context length: input ${index} has ${tokens.length} tokens, the model takes ${limit}`);
    const cut = tokens.slice(0, limit);
    // The last token separates or ends the sequence; the model expects it.
    cut[limit - 1] = tokens[tokens.length - 1]!;
    return cut;
  }
}

/** `vector` scaled to length 1. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
