import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '../fault.js';
import type { EmbedJob, EmbedResult, GenerateJob, GenerateResult, ResidualJob, ResidualResult, WorkerReply, WorkerSetup } from '../worker/protocol.js';
import { Fifo } from './fifo.js';

type Ready = Extract<WorkerReply, { kind: 'ready' }>;
type Answer = Extract<WorkerReply, { kind: 'generated' | 'embedded' | 'read' }>;
type Unsent<Job> = Omit<Job, 'id' | 'cancel'>;

/** The thread's entry, in the form that this file runs in: compiled, or as source in tests. */
const WORKER = new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url);

interface Running {
  readonly onText: (text: string) => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A model in a thread of its own. Jobs wait here, not there: the thread holds one at a time. */
export class ModelThread {
  readonly ready: Ready;
  readonly #worker: Worker;
  readonly #queue = new Fifo();
  #running: Running | undefined;
  #contextSize: number;
  #lastId = 0;

  private constructor(worker: Worker, ready: Ready) {
    this.#worker = worker;
    this.ready = ready;
    this.#contextSize = ready.contextSize;
    worker.on('message', (reply: WorkerReply) => this.#take(reply));
  }

  /** Resolves once the model is loaded. `onDeath` is called if the thread ends later: nothing can be served then. */
  static async start(setup: WorkerSetup, onDeath: (error: Error) => void): Promise<ModelThread> {
    const worker = new Worker(WORKER, { workerData: setup });
    const [ready] = (await once(worker, 'message')) as [Ready];
    const thread = new ModelThread(worker, ready);
    worker.on('error', onDeath);
    worker.on('exit', (code) => onDeath(new Error(`the model's thread ended with ${code}`)));
    return thread;
  }

  /** Tokens that the context holds now; it grows when a request asks for more. */
  get contextSize(): number {
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

  async embed(job: Unsent<EmbedJob>, signal: AbortSignal): Promise<EmbedResult> {
    const answer = await this.#run(job, () => undefined, signal);
    if (answer.kind !== 'embedded') throw new Error(`an embedding job was answered with "${answer.kind}"`);
    return answer.result;
  }

  async residual(job: Unsent<ResidualJob>, signal: AbortSignal): Promise<ResidualResult> {
    const answer = await this.#run(job, () => undefined, signal);
    if (answer.kind !== 'read') throw new Error(`a job that reads was answered with "${answer.kind}"`);
    return answer.result;
  }

  #run(job: object, onText: Running['onText'], signal: AbortSignal): Promise<Answer> {
    return this.#queue.run(signal, async () => {
      const cancel = new Int32Array(new SharedArrayBuffer(4));
      const giveUp = (): void => void Atomics.store(cancel, 0, 1);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await new Promise<Answer>((resolve, reject) => {
          this.#running = { onText, resolve, reject };
          this.#lastId += 1;
          this.#worker.postMessage({ ...job, id: this.#lastId, cancel: cancel.buffer });
        });
      } finally {
        signal.removeEventListener('abort', giveUp);
        this.#running = undefined;
      }
    });
  }

  #take(reply: WorkerReply): void {
    if (reply.kind === 'ready' || reply.id !== this.#lastId) return;
    if (reply.kind === 'text') this.#running?.onText(reply.text);
    else if (reply.kind === 'failed') this.#running?.reject(new Fault(reply.status, reply.message));
    else this.#running?.resolve(reply);
  }
}
