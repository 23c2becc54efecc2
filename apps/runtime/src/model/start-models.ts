import { access } from 'node:fs/promises';
import type { ModelSetting, RuntimeConfig } from '../config.js';
import { templateFor } from '../prompt/templates.js';
import { ComputeTurn } from '../worker/compute-turn.js';
import { ModelThread } from './model-thread.js';
import { serveModel, type ServedModel } from './served-model.js';

/** Context that a model is loaded with; Ollama's default. A request may ask for a larger one. */
export const DEFAULT_CONTEXT = 4096;

/** Embedding jobs that the thread may choose from: a short one goes before a long one. */
const EMBED_JOBS = 8;

/** Opens the configured models, one after the other: the library's registry of backends isn't made for two at once. */
export async function startModels(config: RuntimeConfig, onDeath: (error: Error) => void): Promise<ServedModel[]> {
  const turn = ComputeTurn.memory();
  const models: ServedModel[] = [];
  for (const kind of ['chat', 'embed'] as const) {
    const setting = config[kind];
    if (setting) models.push(await startModel(kind, setting, config, turn, onDeath));
  }
  return models;
}

async function startModel(kind: ServedModel['kind'], setting: ModelSetting, config: RuntimeConfig, turn: SharedArrayBuffer, onDeath: (error: Error) => void): Promise<ServedModel> {
  const variable = kind === 'chat' ? 'HOLDFAST_GGUF' : 'HOLDFAST_EMBED_GGUF';
  await access(setting.file).catch(() => {
    throw new Error(`${variable}: no file ${setting.file}`);
  });
  const { bins, threads, nativeLogs } = config;
  const slots = kind === 'chat' ? config.slots : EMBED_JOBS;
  const thread = await ModelThread.start({ kind, bins, file: setting.file, threads, contextSize: DEFAULT_CONTEXT, slots, nativeLogs, turn }, onDeath);
  const template = kind === 'chat' ? templateFor(thread.ready.controls) : undefined;
  if (kind === 'chat' && !template) throw new Error(`${variable}: the model's vocabulary has the turn markers of neither Gemma nor ChatML`);
  return serveModel(kind, setting, thread, template);
}
