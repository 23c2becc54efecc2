import { HoldfastError } from '#contracts';
import { RUNTIME_CAPABILITIES } from '../capabilities.js';
import { ChatCollector } from '../chat-collector.js';
import { withNearestNames } from '../nearest-names.js';
import { assertPromptWhole } from '../prompt-check.js';
import type { Runtime, RuntimeConfig } from '../runtime.js';
import { assertSteerable } from '../steering/steerable.js';
import { watchTokens } from '../watch-tokens.js';
import { createHostCheck } from '../wire/host-check.js';
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
  const hosts = createHostCheck(config.allowedHosts);
  const key: Record<string, string> = config.apiKey ? { authorization: `Bearer ${config.apiKey}` } : {};
  const base = url.replace(/\/+$/, '').replace(/\/v1$/, '');
  const failure = (error: unknown, model = config.model): Error => toHoldfastError(error, { kind: 'openai', url, model });
  const post = (path: string, body: unknown, signal: AbortSignal) =>
    httpRequest({ url: `${base}${path}`, method: 'POST', headers: { 'content-type': 'application/json', ...key }, body: JSON.stringify(body), signal, silenceMs, hosts, ca: config.ca });
  const get = async (path: string): Promise<unknown> =>
    json(await readText(await httpRequest({ url: `${base}${path}`, method: 'GET', headers: key, signal: AbortSignal.timeout(LOOKUP_MS), silenceMs: LOOKUP_MS, hosts, ca: config.ca })));

  async function models(): Promise<string[]> {
    try {
      return ((await get('/v1/models')) as { data?: { id: string }[] }).data?.map(({ id }) => id) ?? [];
    } catch (error) {
      throw failure(error);
    }
  }

  return {
    id: config.id ?? 'openai',
    capabilities: RUNTIME_CAPABILITIES.openai,
    models,
    embedModel: config.embedModel || config.model,
    kind: 'openai',
    async chat(request, { signal, onDelta, limits }) {
      const model = request.model || config.model;
      assertSteerable(request, RUNTIME_CAPABILITIES.openai, 'openai');
      const watch = watchTokens(signal, limits, onDelta);
      const collector = new ChatCollector(watch.onDelta);
      try {
        await readCompletion(sseData(lines(await post('/v1/chat/completions', toOpenAiChat(request, model), watch.signal))), collector);
      } catch (error) {
        if (signal.aborted) return collector.cut(signal.reason);
        if (collector.fault) throw collector.fault.error;
        throw await withNearestNames(failure(watch.stalled ?? error, model), model, models);
      } finally {
        watch.end();
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
        throw await withNearestNames(failure(error, model), model, models);
      }
    },
    async describe(model) {
      const names = await models();
      if (!names.includes(model)) throw await withNearestNames(failure(new WireError('status', 'model not found', 404), model), model, async () => names);
      return { name: model, family: null, parameters: null, quantization: null, contextLength: null, abilities: null, digest: null };
    },
    loaded: async () => null,
    async pull() {
      throw new HoldfastError('validation_failed', 'This API fetches no models: load one in the server itself.');
    },
    /** The API tells no version; llama.cpp's and vLLM's servers have one at a path of their own. */
    async version() {
      await models();
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
