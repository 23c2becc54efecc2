import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuntime, type Runtime } from '#models';
import { PROJECT_ROOT } from '#platform';
import { gemma270m, llamaLibraries, minilmGguf, TOOLS_DIR } from '#platform/stack';
import { Child } from '../harness/child.js';
import { ollamaMissing, startTestOllama } from '../setup/ollama.js';

export const MODEL = 'gemma3:270m';
export const EMBED_MODEL = 'all-minilm';

/** A runtime of the contract suite; `missing` says why it cannot be had here. */
export type Column = { name: string; start(): Promise<{ runtime: Runtime; stop(): Promise<void> }>; missing?: string };

const setup = { toolsDir: TOOLS_DIR, report: (message: string): void => void process.stderr.write(`• ${message}\n`) };

async function ollama(kind: 'ollama' | 'openai'): Promise<{ runtime: Runtime; stop(): Promise<void> }> {
  const server = await startTestOllama();
  return { runtime: createRuntime({ kind, url: server.url, model: MODEL, embedModel: EMBED_MODEL }), stop: () => server.stop() };
}

async function embedded(): Promise<{ runtime: Runtime; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-contract-'));
  const child = new Child('runtime', {
    command: process.execPath,
    args: ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/runtime/src/main.ts')],
    env: {
      HOLDFAST_LLAMA_DIR: await llamaLibraries(setup),
      HOLDFAST_GGUF: await gemma270m(setup),
      HOLDFAST_EMBED_GGUF: await minilmGguf(setup),
      HOLDFAST_MODEL: MODEL,
      HOLDFAST_EMBED_MODEL: EMBED_MODEL,
      HOLDFAST_RUNTIME_PORT: '0',
    },
    log: join(folder, 'runtime.log'),
    ready: /runtime ready on http/,
  });
  await child.start();
  const url = /http:\S+/.exec(child.readyLine)![0];
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { runtime: createRuntime({ kind: 'embedded', url, model: MODEL, embedModel: EMBED_MODEL }), stop };
}

/** The runtimes that the contract is run against; each is started alone, since they share the machine's cores. */
export const COLUMNS: readonly Column[] = [
  { name: 'Ollama', start: () => ollama('ollama'), ...(ollamaMissing && { missing: ollamaMissing }) },
  { name: 'OpenAI-compatible (Ollama /v1)', start: () => ollama('openai'), ...(ollamaMissing && { missing: ollamaMissing }) },
  { name: 'embedded', start: embedded },
];
