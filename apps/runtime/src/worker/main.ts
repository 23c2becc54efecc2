import { parentPort, workerData } from 'node:worker_threads';
import { openLlama } from '../native/library.js';
import { NativeModel } from '../native/model.js';
import { Fault } from '../fault.js';
import { ChatEngine } from './chat-engine.js';
import { ComputeTurn } from './compute-turn.js';
import { EmbedEngine } from './embed-engine.js';
import type { EmbedJob, GenerateJob, LoadJob, ResidualJob, WorkerReply, WorkerSetup } from './protocol.js';

/**
 * Entry of a model's thread. It says at once what the model's file tells, loads the weights with the first job, keeps
 * them, and answers the jobs it is sent.
 */
const setup = workerData as WorkerSetup;
const port = parentPort!;
const send = (reply: WorkerReply): void => port.postMessage(reply);

const llama = openLlama(setup.bins, { nativeLogs: setup.nativeLogs });
const turn = new ComputeTurn(setup.turn);
const glance = new NativeModel(llama, setup.file, 'vocabulary');
const controls = ['<start_of_turn>', '<|im_start|>', '<|turn>'].filter((text) => glance.tokenize(text, true).length === 1);
send({ kind: 'ready', facts: glance.facts, library: llama.version, controls });
glance.free();

if (setup.kind === 'chat') serveChat();
else serveEmbeddings();

function serveChat(): void {
  const engine = onFirstUse(() => new ChatEngine(llama, setup, turn, {
    text: (id, text) => send({ kind: 'text', id, text }),
    generated: (id, result) => send({ kind: 'generated', id, result }),
    read: (id, result) => send({ kind: 'read', id, result }),
    failed: fail,
  }));
  port.on('message', (job: GenerateJob | ResidualJob | LoadJob) => {
    answer(job.id, () => {
      const { loaded, loadMs } = engine();
      if ('load' in job) send({ kind: 'loaded', id: job.id, contextSize: loaded.contextSize });
      else loaded.submit(job, loadMs);
    });
  });
}

function serveEmbeddings(): void {
  const engine = onFirstUse(() => new EmbedEngine(llama, setup, turn, { embedded: (id, result) => send({ kind: 'embedded', id, result }), failed: fail }));
  port.on('message', (job: EmbedJob | LoadJob) => {
    answer(job.id, () => {
      const { loaded } = engine();
      if ('load' in job) send({ kind: 'loaded', id: job.id, contextSize: loaded.contextSize });
      else loaded.submit(job);
    });
  });
}

/** Loads once; where memory is short the next job tries again. */
function onFirstUse<Engine>(load: () => Engine): () => { loaded: Engine; loadMs: number } {
  let loaded: Engine | undefined;
  return () => {
    const started = performance.now();
    loaded ??= load();
    return { loaded, loadMs: performance.now() - started };
  };
}

function answer(id: number, run: () => void): void {
  try {
    run();
  } catch (error) {
    fail(id, error);
  }
}

function fail(id: number, error: unknown): void {
  const status = error instanceof Fault ? error.status : 500;
  send({ kind: 'failed', id, status, message: error instanceof Error ? error.message : String(error) });
}
