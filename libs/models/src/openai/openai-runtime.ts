import { ChatCollector } from '../chat-collector.js';
import { assertPromptWhole } from '../prompt-check.js';
import type { Runtime, RuntimeConfig } from '../runtime.js';
import { httpRequest, readText } from '../wire/http-request.js';
import { lines } from '../wire/lines.js';
import { toHoldfastError, WireError } from '../wire/wire-error.js';
import { toOpenAiChat } from './openai-request.js';
import { readCompletion } from './openai-stream.js';
import { sseData } from './sse.js';

const SILENCE_MS = 600_000;
const LOOKUP_MS = 5_000;

/** An OpenAI-compatible server: LM Studio, llama.cpp's server, vLLM. */
export function createOpenAiRuntime(config: RuntimeConfig): Runtime {
  const { url, silenceMs = SILENCE_MS } = config;
  const base = url.replace(/\/+$/, '').replace(/\/v1$/, '');
  const failure = (error: unknown, model = config.model): Error => toHoldfastError(error, { kind: 'openai', url, model });
  const post = (path: string, body: unknown, signal: AbortSignal) =>
    httpRequest({ url: `${base}${path}`, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal, silenceMs });
  const get = async (path: string): Promise<unknown> =>
    json(await readText(await httpRequest({ url: `${base}${path}`, method: 'GET', signal: AbortSignal.timeout(LOOKUP_MS), silenceMs: LOOKUP_MS })));

  return {
    id: config.id ?? 'openai',
    embedModel: config.embedModel || config.model,
    kind: 'openai',
    async chat(request, { signal, onDelta }) {
      const model = request.model || config.model;
      const collector = new ChatCollector(onDelta);
      try {
        await readCompletion(sseData(lines(await post('/v1/chat/completions', toOpenAiChat(request, model), signal))), collector);
      } catch (error) {
        if (signal.aborted) return collector.cut(signal.reason);
        if (collector.fault) throw collector.fault.error;
        throw failure(error, model);
      }
      const result = collector.result();
      assertPromptWhole(request, result.promptTokens);
      return result;
    },
    async embed(texts, { signal }) {
      if (texts.length === 0) return [];
      const model = config.embedModel || config.model;
      try {
        const answer = json(await readText(await post('/v1/embeddings', { model, input: texts }, signal))) as { data?: { index: number; embedding: number[] }[] };
        const vectors = [...(answer.data ?? [])].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
        if (vectors.length !== texts.length) throw new WireError('garbled', '');
        return vectors;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw failure(error, model);
      }
    },
    async models() {
      try {
        return ((await get('/v1/models')) as { data?: { id: string }[] }).data?.map(({ id }) => id) ?? [];
      } catch (error) {
        throw failure(error);
      }
    },
    /** The API tells no version; llama.cpp's and vLLM's servers have one at a path of their own. */
    async version() {
      await this.models();
      const found = (await get('/version').catch(() => null)) as { version?: string } | null;
      return found?.version ?? 'unknown';
    },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError('garbled', '');
  }
}
