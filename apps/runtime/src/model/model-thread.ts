import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '../fault.js';
import type { EmbedJob, EmbedResult, GenerateJob, GenerateResult, ResidualJob, ResidualResult, WorkerReply, WorkerSetup } from '../worker/protocol.js';
import { Fifo } from './fifo.js';

type Ready = Extract<WorkerReply, { kind: 'ready' }>;
type Answer = Extract<WorkerReply, { kind: 'generated' | 'embedded' | 'read' | 'loaded' }>;
type Unsent<Job> = Omit<Job, 'id' | 'cancel'>;

/** The thread's entry, in the form that this file runs in: compiled, or as source in tests. */
const WORKER = new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url);

interface Running {
  readonly onText: (text: string) => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A model in a thread of its own, loaded with its first job. Jobs wait here, not there: the thread holds as many as it works on at once. */
export class ModelThread {
  readonly ready: Ready;
  readonly #worker: Worker;
  readonly #queue: Fifo;
  readonly #running = new Map<number, Running>();
  #contextSize: number | undefined;
  #lastId = 0;

  private constructor(worker: Worker, ready: Ready, slots: number) {
    this.#worker = worker;
    this.ready = ready;
    this.#queue = new Fifo(slots);
    worker.on('message', (reply: WorkerReply) => this.#take(reply));
  }

  /** Resolves once the thread has looked into the model's file. `onDeath` is called if the thread ends later: nothing can be served then. */
  static async start(setup: WorkerSetup, onDeath: (error: Error) => void): Promise<ModelThread> {
    const worker = new Worker(WORKER, { workerData: setup });
    const [ready] = (await once(worker, 'message')) as [Ready];
    const thread = new ModelThread(worker, ready, setup.slots);
    worker.on('error', onDeath);
    worker.on('exit', (code) => onDeath(new Error(`the model's thread ended with ${code}`)));
    return thread;
  }

  /** Tokens that a conversation may have now; it grows when a request asks for more. Undefined until the model is loaded. */
  get contextSize(): number | undefined {
    return this.#contextSize;
  }

  /** Requests that run or wait. */
  get depth(): number {
    return this.#queue.depth;
  }

  async generate(job: Unsent<GenerateJob>, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult> {
    const answer = await this.#run(job, onText, signal);
    if (answer.kind !== 'generated') throw new Error(`a chat job was answered with "${answer.kind}"`);
    this.#contextSize = answer.result.contextSize;
    return answer.result;
  }

  /** Loads the model, where it isn't yet. Rejects with a Fault of status 503 where memory is short. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.#contextSize === undefined) await this.#run({ load: true }, () => undefined, signal);
  }

  async embed(job: Unsent<EmbedJob>, signal: AbortSignal): Promise<EmbedResult> {
    await this.load(signal);
    const answer = await this.#run(job, () => undefined, signal);
    if (answer.kind !== 'embedded') throw new Error(`an embedding job was answered with "${answer.kind}"`);
    return answer.result;
  }

  async residual(job: Unsent<ResidualJob>, signal: AbortSignal): Promise<ResidualResult> {
    await this.load(signal);
    const answer = await this.#run(job, () => undefined, signal);
    if (answer.kind !== 'read') throw new Error(`a job that reads was answered with "${answer.kind}"`);
    return answer.result;
  }

  #run(job: object, onText: Running['onText'], signal: AbortSignal): Promise<Answer> {
    return this.#queue.run(signal, async () => {
      const cancel = new Int32Array(new SharedArrayBuffer(4));
      const giveUp = (): void => void Atomics.store(cancel, 0, 1);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#lastId += 1;
      const id = this.#lastId;
      try {
        return await new Promise<Answer>((resolve, reject) => {
          this.#running.set(id, { onText, resolve, reject });
          this.#worker.postMessage({ ...job, id, cancel: cancel.buffer });
        });
      } finally {
        signal.removeEventListener('abort', giveUp);
        this.#running.delete(id);
      }
    });
  }

  #take(reply: WorkerReply): void {
    if (reply.kind === 'ready') return;
    if (reply.kind === 'loaded') this.#contextSize = reply.contextSize;
    const running = this.#running.get(reply.id);
    if (reply.kind === 'text') running?.onText(reply.text);
    else if (reply.kind === 'failed') running?.reject(new Fault(reply.status, reply.message));
    else running?.resolve(reply);
  }
}
