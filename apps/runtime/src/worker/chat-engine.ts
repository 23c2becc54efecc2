import { Candidates } from '../native/candidates.js';
import { NativeContext } from '../native/context.js';
import type { Llama } from '../native/library.js';
import { NativeModel } from '../native/model.js';
import { ResidualTap } from '../native/residual-tap.js';
import { Fault } from '../fault.js';
import { AxisWatch } from './axis-watch.js';
import { Compute } from './compute.js';
import type { ComputeTurn } from './compute-turn.js';
import { generateReply } from './generation.js';
import { BLOCK } from './prompt-cache.js';
import type { GenerateJob, GenerateResult, ResidualJob, ResidualResult, WorkerSetup } from './protocol.js';
import { readResidual } from './residual.js';
import { Seat } from './seat.js';

/** One chat model with a context for plain requests and, once wanted, one for steered ones. Runs a job at a time. */
export class ChatEngine {
  readonly model: NativeModel;
  readonly #llama: Llama;
  readonly #setup: WorkerSetup;
  readonly #turn: ComputeTurn;
  readonly #compute: Compute;
  readonly #candidates: Candidates;
  #tap: ResidualTap | undefined;
  #plain: Seat;
  #steered: Seat | undefined;

  constructor(llama: Llama, setup: WorkerSetup, turn: ComputeTurn) {
    this.#llama = llama;
    this.#setup = setup;
    this.#turn = turn;
    this.model = new NativeModel(llama, setup.file);
    this.#compute = new Compute(turn, setup.threads, this.model.facts.parameters);
    this.#candidates = new Candidates(this.model.vocabSize + this.model.ends.length);
    this.#plain = this.#makeSeat(Math.min(setup.contextSize, this.model.facts.trainedContext));
    this.#plain.warmUp();
  }

  get contextSize(): number {
    return this.#plain.context.size;
  }

  run(job: GenerateJob, onText: (text: string) => void): GenerateResult {
    const isCancelled = cancelOf(job);
    const prompt = this.model.tokenizePrompt(job.parts);
    const room = Math.min(job.contextSize, this.model.facts.trainedContext);
    if (prompt.length === 0) throw new Fault(400, 'the prompt is empty');
    if (prompt.length >= room) {
      throw new Fault(400, `the prompt is too long: ${prompt.length} tokens leave no room for a reply in num_ctx ${room}`);
    }

    const started = performance.now();
    const seat = job.steer || job.axes ? this.#steeredSeat(room) : this.#plainSeat(room);
    seat.context.steer(job.steer);
    const watch = job.axes && new AxisWatch(job.axes);
    const loaded = performance.now();
    const cachedTokens = seat.evaluate(prompt, watch, isCancelled);
    const evaluated = performance.now();
    const tools = { llama: this.#llama, model: this.model, seat, watch, candidates: this.#candidates, isCancelled, onText };
    const reply = generateReply(tools, { ...job, contextSize: room }, prompt);
    return {
      reason: reply.reason,
      promptTokens: prompt.length,
      cachedTokens,
      replyTokens: reply.tokens,
      contextSize: this.contextSize,
      loadMs: loaded - started,
      promptMs: evaluated - loaded,
      replyMs: performance.now() - evaluated,
      traces: watch?.traces.slice(0, reply.tokens),
    };
  }

  /** Reads a text's residual stream, and how likely the model finds the text. */
  residual(job: ResidualJob): ResidualResult {
    const context = this.model.tokenizePrompt([{ text: job.context, control: true }]);
    const text = this.model.tokenize(job.text, false);
    const size = context.length + text.length;
    if (text.length === 0 || context.length === 0) throw new Fault(400, 'text: there is nothing to read');
    if (size > this.model.facts.trainedContext) throw new Fault(400, `the text is too long: ${size} tokens, the model attends to ${this.model.facts.trainedContext}`);
    return readResidual(this.#steeredSeat(size), job, context, text, this.model.facts.embeddingWidth, cancelOf(job));
  }

  /** A larger num_ctx than any before needs a larger context; a smaller one is only a limit. */
  #plainSeat(size: number): Seat {
    if (size <= this.#plain.context.size) return this.#plain;
    const old = this.#plain;
    this.#plain = this.#makeSeat(size);
    old.context.free();
    return this.#plain;
  }

  #steeredSeat(size: number): Seat {
    if (this.#steered && size <= this.#steered.context.size) return this.#steered;
    this.#tap ??= new ResidualTap(this.#llama, this.model.facts.embeddingWidth);
    const old = this.#steered;
    this.#steered = this.#makeSeat(Math.max(size, 1024), this.#tap);
    old?.context.free();
    return this.#steered;
  }

  /** Throws a Fault where memory is short; the contexts that are there stay. */
  #makeSeat(size: number, tap?: ResidualTap): Seat {
    const options = { size, threads: this.#setup.threads, batch: BLOCK, ...(tap && { tap }) };
    const context = this.#turn.take(() => new NativeContext(this.#llama, this.model, options));
    return new Seat(context, this.#compute, this.model.ends[0] ?? 0, tap);
  }
}

function cancelOf(job: { readonly cancel: SharedArrayBuffer }): () => boolean {
  const cancel = new Int32Array(job.cancel);
  return () => Atomics.load(cancel, 0) !== 0;
}
