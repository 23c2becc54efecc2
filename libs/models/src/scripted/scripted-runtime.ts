import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { streamAnswer } from './chat-answer.js';
import { DIMENSIONS, hashedEmbedding } from './embedding.js';
import { answerTo, type Script, type ScriptedRequest } from './script.js';

export type RecordedRequest = { path: string; body: ScriptedRequest & { input?: string | string[] } };

export type ScriptedOptions = {
  script: Script;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Models that /api/tags lists; a chat with another one is answered 404, as Ollama does. Any where not given. */
  models?: string[];
  /** What /api/show says that a model can; without `vision` where not given. */
  abilities?: string[];
  /** Requests to keep for assertions, the newest; 1,000 by default. 0 for benchmarks. */
  keepRequests?: number;
};

export interface ScriptedRuntime {
  readonly url: string;
  readonly port: number;
  /** Chat calls answered since it was made; goes on over `stop` and `start`. */
  readonly calls: number;
  /** Requests to /api/chat and /api/embed, oldest first. */
  readonly requests: RecordedRequest[];
  /** Closes the port and breaks every connection, open calls included, as a killed process would. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
}

const DEFAULT_MODELS = ['scripted:latest', 'scripted-embed:latest'];

/** A server on loopback with Ollama's API that answers from a script, at once. For tests and benchmarks. */
export async function startScriptedRuntime(options: ScriptedOptions): Promise<ScriptedRuntime> {
  const keep = options.keepRequests ?? 1_000;
  const requests: RecordedRequest[] = [];
  let calls = 0;
  let port = options.port ?? 0;
  let server = http.createServer();

  function record(path: string, body: RecordedRequest['body']): void {
    if (keep === 0) return;
    requests.push({ path, body });
    if (requests.length > keep) requests.shift();
  }

  async function chat(body: ScriptedRequest, response: ServerResponse): Promise<void> {
    if (options.models && !options.models.includes(body.model)) return fail(response, 404, `model '${body.model}' not found`);
    const answer = await answerTo(options.script, body, calls++);
    if (answer.hang) return;
    if (answer.error) return fail(response, answer.error.status, answer.error.message ?? 'scripted failure');
    await streamAnswer(answer, body, response);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const body = request.method === 'POST' ? ((await readJson(request)) as RecordedRequest['body']) : null;
    if (path === '/api/chat' && body) return record(path, body), chat({ ...body, options: body.options ?? {} }, response);
    if (path === '/api/embed' && body) return record(path, body), send(response, embed(body));
    if (path === '/api/show' && body) return send(response, show(options.abilities));
    if (path === '/api/version') return send(response, { version: '0.0.0-scripted' });
    if (path === '/api/tags') return send(response, { models: (options.models ?? DEFAULT_MODELS).map(listed) });
    if (path === '/api/ps') return send(response, { models: [] });
    fail(response, 404, 'not found');
  }

  async function start(): Promise<void> {
    server = http.createServer((request, response) => {
      handle(request, response).catch((error: Error) => fail(response, 500, error.message));
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    port = (server.address() as AddressInfo).port;
  }

  await start();
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    get calls() {
      return calls;
    },
    requests,
    start,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, error: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

function embed({ model, input = [] }: RecordedRequest['body']): unknown {
  const texts = Array.isArray(input) ? input : [input];
  return { model, embeddings: texts.map(hashedEmbedding), total_duration: 1, load_duration: 0, prompt_eval_count: texts.length };
}

function show(abilities = ['completion', 'tools', 'thinking', 'embedding']): unknown {
  return {
    details: { family: 'scripted', format: 'gguf', parameter_size: '0', quantization_level: 'none' },
    model_info: { 'general.architecture': 'scripted', 'scripted.context_length': 131_072, 'scripted.embedding_length': DIMENSIONS },
    capabilities: abilities,
    template: '',
  };
}

const listed = (name: string): Record<string, unknown> => ({ name, model: name, modified_at: '2026-01-01T00:00:00Z', size: 0, digest: 'scripted', details: { family: 'scripted' } });
