import { Candidates } from '../native/candidates.js';
import { NativeContext } from '../native/context.js';
import type { Llama } from '../native/library.js';
import { NativeModel } from '../native/model.js';
import { Fault } from '../fault.js';
import { Compute } from './compute.js';
import type { ComputeTurn } from './compute-turn.js';
import { generateReply } from './generation.js';
import { BLOCK, PromptCache } from './prompt-cache.js';
import type { GenerateJob, GenerateResult, WorkerSetup } from './protocol.js';

/** One chat model with one context. Runs a job at a time, on the thread that calls it. */
export class ChatEngine {
  readonly model: NativeModel;
  readonly #llama: Llama;
  readonly #setup: WorkerSetup;
  readonly #turn: ComputeTurn;
  readonly #compute: Compute;
  readonly #candidates: Candidates;
  readonly #cache = new PromptCache();
  #context: NativeContext;

  constructor(llama: Llama, setup: WorkerSetup, turn: ComputeTurn) {
    this.#llama = llama;
    this.#setup = setup;
    this.#turn = turn;
    this.model = new NativeModel(llama, setup.file);
    this.#compute = new Compute(turn, setup.threads, this.model.facts.parameters);
    this.#candidates = new Candidates(this.model.vocabSize + this.model.ends.length);
    this.#context = this.#makeContext(Math.min(setup.contextSize, this.model.facts.trainedContext));
    this.#warmUp();
  }

  get contextSize(): number {
    return this.#context.size;
  }

  run(job: GenerateJob, onText: (text: string) => void): GenerateResult {
    const cancel = new Int32Array(job.cancel);
    const isCancelled = (): boolean => Atomics.load(cancel, 0) !== 0;
    const prompt = this.model.tokenizePrompt(job.parts);
    const room = Math.min(job.contextSize, this.model.facts.trainedContext);
    if (prompt.length === 0) throw new Fault(400, 'the prompt is empty');
    if (prompt.length >= room) {
      throw new Fault(400, `the prompt is too long: ${prompt.length} tokens leave no room for a reply in num_ctx ${room}`);
    }

    const started = performance.now();
    this.#ensureContext(room);
    this.#steer(job);
    const loaded = performance.now();
    const cachedTokens = this.#evaluate(prompt, variantOf(job), isCancelled);
    const evaluated = performance.now();
    const tools = { llama: this.#llama, model: this.model, context: this.#context, candidates: this.#candidates, compute: this.#compute, isCancelled, onText };
    const reply = generateReply(tools, { ...job, contextSize: room }, prompt);
    return {
      reason: reply.reason,
      promptTokens: prompt.length,
      cachedTokens,
      replyTokens: reply.tokens,
      contextSize: this.#context.size,
      loadMs: loaded - started,
      promptMs: evaluated - loaded,
      replyMs: performance.now() - evaluated,
    };
  }

  /** Brings the context to hold exactly `prompt`, block by block so that a cancel gets in. Answers how much was reused. */
  #evaluate(prompt: Int32Array, variant: string, isCancelled: () => boolean): number {
    const reusable = this.#cache.reusable(prompt, variant);
    const start = this.#context.truncate(reusable) ? reusable : 0;
    this.#probe(start);
    for (let at = start; at < prompt.length && !isCancelled(); at += BLOCK) {
      const end = Math.min(prompt.length, at + BLOCK);
      this.#cache.clear();
      this.#compute.prompt(this.#context, prompt.subarray(at, end));
      this.#cache.holds(prompt.slice(0, end), variant);
    }
    return start;
  }

  /** Lets the pace be measured with a token that isn't kept; the context holds `length` tokens before and after. */
  #probe(length: number): void {
    this.#compute.probe(this.#context, () => {
      this.#context.decode(Int32Array.of(this.model.ends[0] ?? 0));
      this.#context.truncate(length);
    });
  }

  /** A fresh process's first tokens fault the weights in and tell how busy the cores are. */
  #warmUp(): void {
    this.#compute.reply(this.#context, Int32Array.of(this.model.ends[0] ?? 0));
    this.#context.truncate(0);
    this.#probe(0);
  }

  /** A larger num_ctx than any before needs a larger context; a smaller one is only a limit. */
  #ensureContext(size: number): void {
    if (size <= this.#context.size) return;
    this.#cache.clear();
    this.#context.free();
    this.#context = this.#makeContext(size);
  }

  #makeContext(size: number): NativeContext {
    return this.#turn.take(() => new NativeContext(this.#llama, this.model, { size, threads: this.#setup.threads, batch: BLOCK }));
  }

  #steer(job: GenerateJob): void {
    this.#context.steer(job.steer);
  }
}

function variantOf(job: GenerateJob): string {
  return job.steer ? JSON.stringify(job.steer) : '';
}
