import { parentPort, workerData } from 'node:worker_threads';
import { openLlama } from '../native/library.js';
import { Fault } from '../fault.js';
import { ChatEngine } from './chat-engine.js';
import { ComputeTurn } from './compute-turn.js';
import { EmbedEngine } from './embed-engine.js';
import type { EmbedJob, GenerateJob, ResidualJob, WorkerReply, WorkerSetup } from './protocol.js';

/** Entry of a model's thread: loads the model, says so, then runs the jobs it is sent, each to its end. */
const setup = workerData as WorkerSetup;
const port = parentPort!;
const send = (reply: WorkerReply): void => port.postMessage(reply);

const llama = openLlama(setup.bins, { nativeLogs: setup.nativeLogs });
const turn = new ComputeTurn(setup.turn);
const engine = setup.kind === 'chat' ? chat() : embed();
send({ kind: 'ready', facts: engine.model.facts, library: llama.version, contextSize: engine.contextSize(), controls: engine.controls });

function chat() {
  const chatEngine = new ChatEngine(llama, setup, turn);
  port.on('message', (job: GenerateJob | ResidualJob) => {
    answer(job.id, () => {
      if ('residual' in job) return send({ kind: 'read', id: job.id, result: chatEngine.residual(job) });
      const result = chatEngine.run(job, (text) => send({ kind: 'text', id: job.id, text }));
      send({ kind: 'generated', id: job.id, result });
    });
  });
  const controls = ['<start_of_turn>', '<|im_start|>', '<|turn>'].filter((text) => chatEngine.model.tokenize(text, true).length === 1);
  return { model: chatEngine.model, contextSize: () => chatEngine.contextSize, controls };
}

function embed() {
  const embedEngine = new EmbedEngine(llama, setup, turn);
  port.on('message', (job: EmbedJob) => {
    answer(job.id, () => send({ kind: 'embedded', id: job.id, result: embedEngine.run(job) }));
  });
  return { model: embedEngine.model, contextSize: () => embedEngine.contextSize, controls: [] };
}

function answer(id: number, run: () => void): void {
  try {
    run();
  } catch (error) {
    const status = error instanceof Fault ? error.status : 500;
    send({ kind: 'failed', id, status, message: error instanceof Error ? error.message : String(error) });
  }
}
