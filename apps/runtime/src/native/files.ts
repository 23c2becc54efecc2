import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The shared libraries of one llama.cpp build, as absolute paths. */
export interface LlamaFiles {
  readonly folder: string;
  readonly ggmlBase: string;
  readonly ggml: string;
  readonly llama: string;
}

/** Finds the libraries in `folder`. Their names carry a version on Linux (`libllama.v0.5.0.so`), elsewhere they don't. */
export function findLlamaFiles(folder: string): LlamaFiles {
  const names = readdirSync(folder);
  const pick = (stem: string): string => {
    const form = new RegExp(`^(lib)?${stem}(\\.v[\\d.]+)?\\.(so|dylib|dll)$`);
    const name = names.find((candidate) => form.test(candidate));
    if (!name) throw new Error(`no ${stem} library in ${folder}: HOLDFAST_LLAMA_DIR/bins must hold the files of the platform package`);
    return join(folder, name);
  };
  return { folder, ggmlBase: pick('ggml-base'), ggml: pick('ggml'), llama: pick('llama') };
}
