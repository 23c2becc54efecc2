import { NativeContext } from '../native/context.js';
import type { Llama } from '../native/library.js';
import { NativeModel } from '../native/model.js';
import { Fault } from '../fault.js';
import { Compute } from './compute.js';
import type { ComputeTurn } from './compute-turn.js';
import type { EmbedJob, EmbedResult, WorkerSetup } from './protocol.js';

export interface EmbedAnswers {
  readonly embedded: (id: number, result: EmbedResult) => void;
  readonly failed: (id: number, error: unknown) => void;
}

type Open = { readonly job: EmbedJob; readonly inputs: readonly Int32Array[]; readonly vectors: Float32Array[] };

/**
 * One embedding model with one context. A text is one batch: these models attend in both directions. Of several jobs
 * the one with the fewest texts left goes first, so that a question needn't wait for a document's passages.
 */
export class EmbedEngine {
  readonly model: NativeModel;
  readonly #compute: Compute;
  readonly #context: NativeContext;
  readonly #answers: EmbedAnswers;
  #open: Open[] = [];

  constructor(llama: Llama, setup: WorkerSetup, turn: ComputeTurn, answers: EmbedAnswers) {
    this.model = new NativeModel(llama, setup.file);
    this.#answers = answers;
    this.#compute = new Compute(turn, setup.threads, this.model.facts.parameters);
    const size = Math.min(setup.contextSize, this.model.facts.trainedContext);
    try {
      this.#context = turn.take(() => new NativeContext(llama, this.model, { size, threads: setup.threads, batch: size, embeddings: true }));
    } catch (error) {
      this.model.free();
      throw error;
    }
    if (!this.#context.pooled) throw new Error('the file of the embedding model declares no pooling: it is not an embedding model');
  }

  get contextSize(): number {
    return this.#context.batch;
  }

  /** Takes a job; it is answered later. Throws a Fault where a text is too long. */
  submit(job: EmbedJob): void {
    const inputs = job.texts.map((text, index) => this.#tokens(text, index, job.truncate));
    this.#open.push({ job, inputs, vectors: [] });
    if (this.#open.length === 1) this.#goOn();
  }

  /** Embeds one text; between two of them messages come in. */
  #goOn(): void {
    const left = ({ inputs, vectors }: Open): number => inputs.length - vectors.length;
    const next = this.#open.reduce((best, open) => (left(open) < left(best) ? open : best));
    try {
      if (left(next) > 0 && !isCancelled(next.job)) next.vectors.push(unit(this.#compute.embed(this.#context, next.inputs[next.vectors.length]!)));
      if (left(next) === 0 || isCancelled(next.job)) {
        this.#close(next);
        this.#answers.embedded(next.job.id, { vectors: next.vectors, tokens: next.inputs.reduce((sum, input) => sum + input.length, 0) });
      }
    } catch (error) {
      this.#close(next);
      this.#answers.failed(next.job.id, error);
    }
    if (this.#open.length > 0) setImmediate(() => this.#goOn());
  }

  #close(done: Open): void {
    this.#open = this.#open.filter((open) => open !== done);
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

function isCancelled({ cancel }: EmbedJob): boolean {
  return Atomics.load(new Int32Array(cancel), 0) !== 0;
}

/** `vector` scaled to length 1. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
