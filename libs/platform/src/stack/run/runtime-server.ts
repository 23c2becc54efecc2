import { join } from 'node:path';
import type { StackConfig } from '../../config/config.js';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { gemma270m } from '../setup/gemma.js';
import { llamaLibraries } from '../setup/llama.js';
import { minilmGguf } from '../setup/minilm.js';
import type { Setup } from '../setup/tools.js';
import { ManagedProcess } from './managed-process.js';
import type { ProcessSet } from './process-set.js';
import { STOP_ORDER } from './stop-order.js';

export const TINY_MODEL = 'gemma3:270m';
export const EMBEDDED_EMBED_MODEL = 'all-minilm';

/** What the embedded runtime is started with; without `gguf` it embeds only. */
export interface RuntimeFiles {
  readonly llamaDir: string;
  readonly gguf: string | undefined;
  readonly embedGguf: string;
}

/** Fetches what is neither configured nor there yet. */
export async function runtimeFiles(setup: Setup, config: StackConfig, chat: boolean): Promise<RuntimeFiles> {
  const llamaDir = await llamaLibraries(setup);
  const embedGguf = config.embedGguf ?? (await minilmGguf(setup));
  return { llamaDir, embedGguf, gguf: chat ? (config.gguf ?? (await gemma270m(setup))) : undefined };
}

/** Starts the embedded runtime on a free port. @returns its address */
export async function startRuntime(set: ProcessSet, config: StackConfig, files: RuntimeFiles, port: number): Promise<string> {
  const server = new ManagedProcess(
    {
      name: 'runtime',
      command: process.execPath,
      args: ['--enable-source-maps', join(PROJECT_ROOT, 'dist/apps/runtime/src/main.js')],
      env: {
        HOLDFAST_DATA_DIR: config.dataDir,
        HOLDFAST_LLAMA_DIR: files.llamaDir,
        HOLDFAST_GGUF: files.gguf,
        HOLDFAST_EMBED_GGUF: files.embedGguf,
        HOLDFAST_MODEL: config.model ?? TINY_MODEL,
        HOLDFAST_EMBED_MODEL: config.embedModel ?? EMBEDDED_EMBED_MODEL,
        HOLDFAST_THREADS: String(config.threads),
        HOLDFAST_MODEL_SLOTS: String(config.modelSlots),
        HOLDFAST_RUNTIME_PORT: String(port),
      },
      stopSignal: 'SIGTERM',
      stopGraceMs: 10_000,
      ready: /runtime ready on (http:\/\/[^\s"]+)/,
      readyTimeoutMs: 120_000,
    },
    set.supervision,
  );
  set.add(server, STOP_ORDER.runtime);
  const match = await server.start();
  return match![1]!;
}
