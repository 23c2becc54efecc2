import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StackConfig } from '../../config/config.js';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { SetupError } from '#bootstrap/setup-error';
import { gemma270m } from '../setup/gemma.js';
import { llamaLibraries } from '../setup/llama.js';
import { minilmGguf } from '../setup/minilm.js';
import type { Setup } from '../setup/tools.js';
import { freePort } from './ports.js';
import { type PartSpec, SupervisedPart } from './supervised.js';

export type ChosenRuntime = { env: Record<string, string>; part: SupervisedPart | null; /** What to tell the person who starts the stack. */ note: string };

const OLLAMA = 'http://127.0.0.1:11434';
export const TINY_MODEL = 'gemma3:270m';
const TINY_NOTE =
  'Gemma 3 270M is a tiny model: good for seeing the machinery, not for answers. For useful ones install Ollama, run `ollama pull gemma4:e4b`, and start again.';

/** A configured runtime; else an Ollama that answers and has a Gemma; else the embedded one. */
export async function chooseRuntime(setup: Setup, config: StackConfig, options: { dataDir: string } & Pick<PartSpec, 'guard' | 'onRestart'>): Promise<ChosenRuntime> {
  if (config.runtime && config.runtime !== 'embedded') {
    const url = config.runtimeUrl ?? (config.runtime === 'ollama' ? OLLAMA : 'http://127.0.0.1:1234/v1');
    return { env: { HOLDFAST_RUNTIME: config.runtime, HOLDFAST_RUNTIME_URL: url }, part: null, note: `Model runtime: ${config.runtime} at ${url}` };
  }
  const found = config.runtime === undefined && config.gguf === undefined ? await gemmaOfOllama() : null;
  if (found) {
    const embed = found.embed ?? (await startEmbedded(setup, config, options, false));
    const part = typeof embed === 'string' ? null : embed.part;
    const embedEnv: Record<string, string> = typeof embed === 'string' ? { HOLDFAST_EMBED_MODEL: embed } : { HOLDFAST_EMBED_URL: embed.url, HOLDFAST_EMBED_MODEL: 'all-minilm' };
    return { env: { HOLDFAST_RUNTIME: 'ollama', HOLDFAST_RUNTIME_URL: OLLAMA, HOLDFAST_MODEL: config.model ?? found.model, ...embedEnv }, part, note: `Model runtime: Ollama with ${config.model ?? found.model}` };
  }
  const { part, url } = await startEmbedded(setup, config, options, true);
  const model = config.model ?? TINY_MODEL;
  return {
    env: { HOLDFAST_RUNTIME: 'embedded', HOLDFAST_RUNTIME_URL: url, HOLDFAST_MODEL: model, HOLDFAST_EMBED_MODEL: 'all-minilm' },
    part,
    note: config.gguf ? `Model runtime: embedded, ${config.gguf}` : `Model runtime: embedded, ${model}. ${TINY_NOTE}`,
  };
}

async function startEmbedded(setup: Setup, config: StackConfig, options: { dataDir: string } & Pick<PartSpec, 'guard' | 'onRestart'>, chat: boolean): Promise<{ part: SupervisedPart; url: string }> {
  const entry = join(PROJECT_ROOT, 'dist/apps/runtime/src/main.js');
  if (!existsSync(entry)) throw new SetupError('The embedded runtime is not built: run `npm run build`.');
  const [llama, gguf, embed] = [await llamaLibraries(setup), chat ? (config.gguf ?? (await gemma270m(setup))) : undefined, config.embedGguf ?? (await minilmGguf(setup))];
  const port = await freePort();
  const part = await SupervisedPart.start({
    name: 'runtime',
    command: process.execPath,
    args: [entry],
    env: {
      HOLDFAST_LLAMA_DIR: llama,
      HOLDFAST_GGUF: gguf,
      HOLDFAST_EMBED_GGUF: embed,
      HOLDFAST_THREADS: String(config.threads),
      HOLDFAST_RUNTIME_PORT: String(port),
      HOLDFAST_MODEL: config.model ?? TINY_MODEL,
      HOLDFAST_EMBED_MODEL: 'all-minilm',
    },
    logFile: join(options.dataDir, 'logs', 'runtime.log'),
    pidFile: join(options.dataDir, 'runtime.pid'),
    stopSignal: 'SIGTERM',
    ready: (output) => output.includes('runtime ready on '),
    readyMs: 120_000,
    guard: options.guard,
    onRestart: options.onRestart,
  });
  return { part, url: `http://127.0.0.1:${port}` };
}

/** A Gemma of an Ollama that runs here, and its embedding model where it has one. */
async function gemmaOfOllama(): Promise<{ model: string; embed: string | null } | null> {
  try {
    const response = await fetch(`${OLLAMA}/api/tags`, { signal: AbortSignal.timeout(1_000) });
    const { models } = (await response.json()) as { models: { name: string }[] };
    const names = models.map((m) => m.name);
    const model = names.find((n) => n.startsWith('gemma4')) ?? names.find((n) => n.startsWith('gemma'));
    return model ? { model, embed: names.find((n) => n.startsWith('embeddinggemma') || n.startsWith('all-minilm')) ?? null } : null;
  } catch {
    return null;
  }
}
