import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SetupError } from '#bootstrap/setup-error';
import { probeJson } from './http-probe.js';
import { ManagedProcess } from './managed-process.js';
import type { ProcessSet } from './process-set.js';
import { STOP_ORDER } from './stop-order.js';

/**
 * Gemma's turns. The base model carries no template, and Ollama's own for gemma3 knows no tool results: a result in a
 * role that the template drops makes a model ask for the tool for ever, so it comes as a user's turn.
 */
const GEMMA_TEMPLATE = `{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 }}
{{- if eq .Role "assistant" }}<start_of_turn>model
{{ .Content }}{{ if not $last }}<end_of_turn>
{{ end }}
{{- else }}<start_of_turn>user
{{ .Content }}<end_of_turn>
{{ if $last }}<start_of_turn>model
{{ end }}
{{- end }}
{{- end }}`;

/** Starts an Ollama on `port`, its keys below the data folder. @returns its address */
export async function startOllama(set: ProcessSet, binary: string, { port, modelsDir }: { port: number; modelsDir: string }): Promise<string> {
  const { dataDir } = set.supervision;
  const url = `http://127.0.0.1:${port}`;
  const server = new ManagedProcess(
    {
      name: 'ollama',
      command: binary,
      args: ['serve'],
      env: { HOME: dataDir, OLLAMA_HOST: `127.0.0.1:${port}`, OLLAMA_MODELS: modelsDir, OLLAMA_NUM_PARALLEL: '1', OLLAMA_MAX_LOADED_MODELS: '2', OLLAMA_NOHISTORY: '1', OLLAMA_NOPRUNE: '1' },
      stopSignal: 'SIGTERM',
      stopGraceMs: 10_000,
      ready: async () => (await probeJson(`${url}/api/version`)) !== undefined,
      readyTimeoutMs: 60_000,
    },
    set.supervision,
  );
  set.add(server, STOP_ORDER.runtime);
  await server.start();
  return url;
}

/** Makes a Gemma from a GGUF file, under `model`. It computes on one thread: two that share cores with a stack stall each other. */
export async function createGemma(url: string, model: string, gguf: string): Promise<void> {
  const files = { 'model.gguf': await uploadBlob(url, gguf) };
  await create(url, { model, files, template: GEMMA_TEMPLATE, parameters: { stop: ['<end_of_turn>'], num_thread: 1 } });
}

/** Makes an embedding model from a published folder: safetensors, tokenizer, pooling. */
export async function createEmbedder(url: string, model: string, folder: string): Promise<void> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(json|safetensors|txt)$/.test(name));
  const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await uploadBlob(url, join(folder, name))] as const)));
  await create(url, { model, files });
}

async function uploadBlob(url: string, file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const digest = `sha256:${hash.digest('hex')}`;
  const address = `${url}/api/blobs/${digest}`;
  if ((await fetch(address, { method: 'HEAD' })).ok) return digest;
  const response = await fetch(address, { method: 'POST', body: await openAsBlob(file) });
  if (!response.ok) throw new SetupError(`Ollama did not take ${file}: ${await response.text()}`);
  return digest;
}

async function create(url: string, request: object): Promise<void> {
  const response = await fetch(`${url}/api/create`, { method: 'POST', body: JSON.stringify({ ...request, stream: false }) });
  const answer = await response.text();
  if (!response.ok || !answer.includes('"success"')) throw new SetupError(`Ollama did not make the model: ${answer}`);
}
