import type { StackConfig } from '../../config/config.js';
import type { Setup } from '../setup/tools.js';
import { gemmaOfOllama, LOCAL_OLLAMA } from './ollama-models.js';
import { freePort } from './ports.js';
import type { ProcessSet } from './process-set.js';
import { EMBEDDED_EMBED_MODEL, type RuntimeFiles, runtimeFiles, startRuntime, TINY_MODEL } from './runtime-server.js';

/** Which model runtime a stack uses, and what of the embedded one it has to start. */
export interface RuntimeChoice {
  /** Settings for the API and the worker; those of the embedded runtime's address come when it runs. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the embedded runtime is needed for. */
  readonly embedded: { readonly files: RuntimeFiles; readonly chat: boolean } | undefined;
  /** For the person who starts the stack. */
  readonly note: string;
}

const TINY_NOTE =
  'This is a tiny model, good for seeing the machinery and not for real answers. For a useful one install Ollama, run `ollama pull gemma4:e4b`, and start again.';

/** A configured runtime; else an Ollama here that has a Gemma; else the embedded one. */
export async function chooseRuntime(setup: Setup, config: StackConfig): Promise<RuntimeChoice> {
  const configured = config.runtimeUrl !== undefined || (config.runtime !== undefined && config.runtime !== 'embedded');
  if (configured) {
    return { settings: given(config), embedded: undefined, note: `Model runtime: ${config.runtime ?? 'ollama'}${config.runtimeUrl ? ` at ${config.runtimeUrl}` : ''}, as configured.` };
  }
  const found = config.runtime === undefined && config.gguf === undefined ? await gemmaOfOllama() : undefined;
  if (found === undefined) return embeddedRuntime(setup, config);
  const model = config.model ?? found.model;
  const embedModel = config.embedModel ?? found.embedModel;
  const settings = { ...given(config), HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: LOCAL_OLLAMA, HOLDFAST_MODEL: model, HOLDFAST_EMBED_MODEL: embedModel ?? EMBEDDED_EMBED_MODEL };
  const note = `Model runtime: the Ollama on this machine, with ${model}.`;
  if (embedModel !== undefined || config.embedUrl !== undefined) return { settings, embedded: undefined, note };
  return { settings, embedded: { files: await runtimeFiles(setup, config, false), chat: false }, note: `${note} It has no embedding model, so the embedded all-MiniLM-L6-v2 is used.` };
}

/** @returns settings that point to the embedded runtime, once it runs */
export async function startChosenRuntime(set: ProcessSet, config: StackConfig, choice: RuntimeChoice): Promise<Record<string, string>> {
  if (choice.embedded === undefined) return {};
  const url = await startRuntime(set, config, choice.embedded.files, await freePort());
  return choice.embedded.chat ? { HOLDFAST_RUNTIME_URL: url } : { HOLDFAST_EMBED_URL: url };
}

async function embeddedRuntime(setup: Setup, config: StackConfig): Promise<RuntimeChoice> {
  const model = config.model ?? TINY_MODEL;
  return {
    settings: { ...given(config), HOLDFAST_RUNTIME: 'embedded', HOLDFAST_MODEL: model, HOLDFAST_EMBED_MODEL: config.embedModel ?? EMBEDDED_EMBED_MODEL },
    embedded: { files: await runtimeFiles(setup, config, true), chat: true },
    note: config.gguf === undefined ? `Model runtime: embedded, with Gemma 3 270M. ${TINY_NOTE}` : `Model runtime: embedded, with ${config.gguf}.`,
  };
}

/** Settings may stand in the data folder's file; passing them on costs nothing and keeps one truth. */
function given(config: StackConfig): Record<string, string> {
  const settings = {
    HOLDFAST_RUNTIME: config.runtime,
    HOLDFAST_RUNTIME_URL: config.runtimeUrl,
    HOLDFAST_MODEL: config.model,
    HOLDFAST_EMBED_URL: config.embedUrl,
    HOLDFAST_EMBED_MODEL: config.embedModel,
  };
  return Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
