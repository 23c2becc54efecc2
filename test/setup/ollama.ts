import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';
import { createEmbedder, createGemma, freePort, gemma270m, minilmFolder, ollamaBinary, ProcessSet, startOllama, TOOLS_DIR } from '#platform/stack';

export interface TestOllama {
  /** Address of a real Ollama that has `gemma3:270m` and `all-minilm`. */
  readonly url: string;
  stop(): Promise<void>;
}

const setup = { toolsDir: TOOLS_DIR, report: (message: string): void => void process.stderr.write(`• ${message}\n`) };
const binary = await ollamaBinary(setup);

/** Why there is no Ollama here, for the name of the suite that is skipped; undefined when there is one. */
export const ollamaMissing: string | undefined = 'missing' in binary ? binary.missing : undefined;

/** Starts a real Ollama server with both models; they are kept from one run to the next. */
export async function startTestOllama(): Promise<TestOllama> {
  if ('missing' in binary) throw new Error(binary.missing);
  const dataDir = join(PROJECT_ROOT, '.holdfast', 'test', `ollama-${process.pid}`);
  const modelsDir = join(TOOLS_DIR, 'ollama-models');
  mkdirSync(modelsDir, { recursive: true });
  const set = await ProcessSet.open(dataDir, setup.report);
  const stop = async (): Promise<void> => {
    await set.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await startOllama(set, binary.path, { port: await freePort(), modelsDir });
    await createGemma(url, 'gemma3:270m', await gemma270m(setup));
    await createEmbedder(url, 'all-minilm', await minilmFolder(setup));
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
