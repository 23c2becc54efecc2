import { Fault } from '../fault.js';
import { Candidates } from '../native/candidates.js';
import { NativeContext } from '../native/context.js';
import type { Llama } from '../native/library.js';
import { availableBytes, cacheBytes } from '../native/memory.js';
import { NativeModel } from '../native/model.js';
import { ResidualTap } from '../native/residual-tap.js';
import { Compute } from './compute.js';
import type { ComputeTurn } from './compute-turn.js';
import { Reply, type ReplyTools } from './generation.js';
import { PlainSeats } from './plain-seats.js';
import { ROWS } from './lookup.js';
import { BLOCK } from './prompt-cache.js';
import type { GenerateJob, GenerateResult, ResidualJob, ResidualResult, WorkerSetup } from './protocol.js';
import { readResidual } from './residual.js';
import { Rounds } from './rounds.js';
import { Seat } from './seat.js';

export interface ChatAnswers {
  readonly text: (id: number, text: string) => void;
  readonly generated: (id: number, result: GenerateResult) => void;
  readonly read: (id: number, result: ResidualResult) => void;
  readonly failed: (id: number, error: unknown) => void;
}

type Job = GenerateJob | ResidualJob;
type Waiting = { readonly job: Job; readonly loadMs: number; prompt?: Int32Array };

/** Kept prompts may take this share of the memory that is free. */
const AMPLE_SHARE = 0.25;

/** One chat model with a context for plain requests and, once wanted, one for steered ones. Works on several requests at a time. */
export class ChatEngine {
  readonly model: NativeModel;
  readonly #llama: Llama;
  readonly #setup: WorkerSetup;
  readonly #turn: ComputeTurn;
  readonly #answers: ChatAnswers;
  readonly #compute: Compute;
  readonly #tools: ReplyTools;
  readonly #plain: PlainSeats;
  readonly #rounds: Rounds;
  readonly #ids = new Map<Reply, number>();
  readonly #waiting: Waiting[] = [];
  #tap: ResidualTap | undefined;
  #steered: Seat | undefined;
  #isPlaying = false;

  /** Throws a Fault where memory is short. */
  constructor(llama: Llama, setup: WorkerSetup, turn: ComputeTurn, answers: ChatAnswers) {
    this.#llama = llama;
    this.#setup = setup;
    this.#turn = turn;
    this.#answers = answers;
    this.model = new NativeModel(llama, setup.file);
    this.#compute = new Compute(turn, setup.threads, this.model.facts.parameters);
    this.#tools = { llama, model: this.model, candidates: new Candidates(this.model.vocabSize + this.model.ends.length) };
    this.#rounds = new Rounds(this.#compute, (reply, error) => this.#end(reply, error));
    try {
      this.#plain = this.#makeSeats();
    } catch (error) {
      this.model.free();
      throw error;
    }
  }

  get contextSize(): number {
    return this.#plain.contextSize;
  }

  /** Takes a job; it is answered later. `loadMs`: what its request waited for the model to be loaded. */
  submit(job: Job, loadMs = 0): void {
    this.#waiting.push({ job, loadMs });
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    this.#play();
  }

  /** Between two rounds messages come in: further jobs. */
  #play(): void {
    this.#admit();
    if (this.#rounds.size > 0) this.#rounds.play();
    this.#isPlaying = this.#rounds.size > 0 || this.#waiting.length > 0;
    if (this.#isPlaying) setImmediate(() => this.#play());
  }

  /** In order of arrival: one that needs more room than there is waits until the others have left, and those behind it too. */
  #admit(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      try {
        if (!this.#begin(next)) return;
      } catch (error) {
        this.#answers.failed(next.job.id, error);
      }
      this.#waiting.shift();
    }
  }

  /** False where the job must wait for another to end. */
  #begin(waiting: Waiting): boolean {
    const { job } = waiting;
    if (isCancelled(job)) throw new Fault(499, 'the client left');
    if ('residual' in job) return this.#beginResidual(job);
    const prompt = (waiting.prompt ??= this.model.tokenizePrompt(job.parts));
    const room = Math.min(job.contextSize, this.model.facts.trainedContext);
    if (prompt.length === 0) throw new Fault(400, 'the prompt is empty');
    if (prompt.length >= room) {
      throw new Fault(400, `the prompt is too long: ${prompt.length} tokens leave no room for a reply in num_ctx ${room}`);
    }
    const started = performance.now();
    const isSteered = Boolean(job.steer ?? job.axes);
    const seat = isSteered ? this.#steeredSeat(room) : this.#plain.find(prompt, room);
    if (!seat) return false;
    if (isSteered) seat.context.steer(job.steer);
    const loadMs = waiting.loadMs + performance.now() - started;
    const reply = new Reply(this.#tools, job, { prompt, seat, room, loadMs, onText: (text) => this.#answers.text(job.id, text) });
    this.#ids.set(reply, job.id);
    this.#rounds.add(reply);
    return true;
  }

  /** Reads a text's residual stream, and how likely the model finds the text; to its end, since it is an instrument and no reply. */
  #beginResidual(job: ResidualJob): boolean {
    const context = this.model.tokenizePrompt([{ text: job.context, control: true }]);
    const text = this.model.tokenize(job.text, false);
    const size = context.length + text.length;
    if (text.length === 0 || context.length === 0) throw new Fault(400, 'text: there is nothing to read');
    if (size > this.model.facts.trainedContext) throw new Fault(400, `the text is too long: ${size} tokens, the model attends to ${this.model.facts.trainedContext}`);
    const seat = this.#steeredSeat(size);
    if (!seat) return false;
    this.#answers.read(job.id, readResidual(seat, job, context, text, this.model.facts.embeddingWidth, () => isCancelled(job)));
    return true;
  }

  #end(reply: Reply, error: unknown): void {
    const id = this.#ids.get(reply)!;
    this.#ids.delete(reply);
    reply.free();
    if (error === undefined) this.#answers.generated(id, reply.result());
    else this.#answers.failed(id, error);
  }

  #makeSeats(): PlainSeats {
    const { facts, ends } = this.model;
    return new PlainSeats({
      make: (size, sequences) => this.#makeContext(size, sequences),
      isAmple: (size, sequences) => cacheBytes(facts, size * sequences) <= availableBytes() * AMPLE_SHARE,
      compute: this.#compute,
      size: Math.min(this.#setup.contextSize, facts.trainedContext),
      slots: this.#setup.slots,
      spare: ends[0] ?? 0,
    });
  }

  /** Undefined while another steered request has it. */
  #steeredSeat(size: number): Seat | undefined {
    if (this.#steered?.taken) return undefined;
    if (this.#steered && size <= this.#steered.context.size) return this.#steered;
    this.#tap ??= new ResidualTap(this.#llama, this.model.facts.embeddingWidth);
    const old = this.#steered;
    this.#steered = new Seat(this.#makeContext(Math.max(size, 1024), 1, this.#tap), 0, this.#compute, this.model.ends[0] ?? 0, this.#tap);
    old?.context.free();
    return this.#steered;
  }

  /** Throws a Fault where memory is short; the contexts that are there stay. */
  #makeContext(size: number, sequences: number, tap?: ResidualTap): NativeContext {
    const options = { size, sequences, threads: this.#setup.threads, batch: BLOCK, ...(tap ? { tap } : { outputs: ROWS }) };
    return this.#turn.take(() => new NativeContext(this.#llama, this.model, options));
  }
}

function isCancelled({ cancel }: Job): boolean {
  return Atomics.load(new Int32Array(cancel), 0) !== 0;
}
