import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { fetchNpmPackage } from '#bootstrap/npm-package';
import { SetupError } from '#bootstrap/setup-error';
import { LLAMA_BINARIES, LLAMA_VERSION } from './pins.js';
import { PLATFORM, type Setup } from './tools.js';

/**
 * llama.cpp's shared libraries for the embedded runtime, in `bins/`. They come from the platform package of
 * node-llama-cpp, whose own JavaScript is not needed (docs/decisions/0009).
 * @returns the folder, as HOLDFAST_LLAMA_DIR wants it
 */
export function llamaLibraries(setup: Setup): Promise<string> {
  return installOnce(
    join(setup.toolsDir, `llama-${LLAMA_VERSION}`),
    async (partial) => {
      const integrity = LLAMA_BINARIES[PLATFORM];
      if (integrity === undefined) {
        throw new SetupError(`The embedded runtime is not made for ${PLATFORM}. Install Ollama, run \`ollama pull gemma4:e4b\`, and try again.`);
      }
      const platformPackage = join(partial, 'platform');
      await fetchNpmPackage({ name: `@node-llama-cpp/${PLATFORM}`, version: LLAMA_VERSION, integrity }, platformPackage, setup.report);
      renameSync(join(platformPackage, 'bins', PLATFORM), join(partial, 'bins'));
      cpSync(join(platformPackage, 'LICENSE'), join(partial, 'bins', 'LICENSE'));
    },
    setup.report,
  );
}
