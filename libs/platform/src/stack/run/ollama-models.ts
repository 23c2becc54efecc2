import { probeJson } from './http-probe.js';

export const LOCAL_OLLAMA = 'http://127.0.0.1:11434';

/** Newest first: an Ollama often keeps several. */
const CHAT_PREFERENCE = ['gemma4', 'gemma3n', 'gemma3', 'gemma'];
const EMBED_PREFERENCE = ['embeddinggemma', 'nomic-embed-text', 'all-minilm'];

export interface OllamaModels {
  readonly model: string;
  readonly embedModel: string | undefined;
}

/** The Gemma that an Ollama on this machine has, and its embedding model; undefined without either server or Gemma. */
export async function gemmaOfOllama(url = LOCAL_OLLAMA): Promise<OllamaModels | undefined> {
  const tags = (await probeJson(`${url}/api/tags`)) as { models?: { name: string }[] } | undefined;
  return chooseModels((tags?.models ?? []).map(({ name }) => name));
}

export function chooseModels(names: readonly string[]): OllamaModels | undefined {
  const first = (preference: readonly string[]) => preference.map((family) => names.find((name) => name.startsWith(family))).find((name) => name !== undefined);
  const model = first(CHAT_PREFERENCE);
  return model === undefined ? undefined : { model, embedModel: first(EMBED_PREFERENCE) };
}
