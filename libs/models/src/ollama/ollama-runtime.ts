import { activationTraceSchema, type ChatRequest, type ChatResult, HoldfastError } from '#contracts';
import { Ollama, type ChatResponse } from 'ollama';
import { RUNTIME_CAPABILITIES } from '../capabilities.js';
import { ChatCollector } from '../chat-collector.js';
import { withNearestNames } from '../nearest-names.js';
import { assertPromptWhole } from '../prompt-check.js';
import { estimateTokens } from '../tokens.js';
import type { ChatOptions, Runtime, RuntimeConfig } from '../runtime.js';
import { assertSteerable, steeringUnsupported } from '../steering/steerable.js';
import { watchTokens } from '../watch-tokens.js';
import { createHostCheck } from '../wire/host-check.js';
import { toHoldfastError, WireError } from '../wire/wire-error.js';
import { ollamaFetch } from './ollama-fetch.js';
import { type PsAnswer, type ShowAnswer, toFacts, toLoaded, toProgress } from './ollama-models.js';
import { toOllamaChat } from './ollama-request.js';

const SILENCE_MS = 600_000;
const LOOKUP_MS = 5_000;

/** Ollama's native API, which the embedded runtime speaks too. */
export function createOllamaRuntime(config: RuntimeConfig): Runtime {
  const { kind, url, silenceMs = SILENCE_MS } = config;
  const hosts = createHostCheck(config.allowedHosts);
  const headers = config.apiKey ? { authorization: `Bearer ${config.apiKey}` } : undefined;
  const client = (signal: AbortSignal, silence = silenceMs): Ollama => new Ollama({ host: url, fetch: ollamaFetch(signal, silence, hosts, config.ca), ...(headers && { headers }) });
  const lookup = (): Ollama => client(AbortSignal.timeout(LOOKUP_MS), LOOKUP_MS);
  const failure = (error: unknown, model = config.model): Error => toHoldfastError(error, { kind, url, model });
  // A model without thinking refuses a request that asks for it; a remedy that turns it on must not fail the step.
  const cannotThink = new Set<string>();

  async function chat(request: ChatRequest, options: ChatOptions): Promise<ChatResult> {
    const model = request.model || config.model;
    assertSteerable(request, RUNTIME_CAPABILITIES[kind], kind);
    const watch = watchTokens(options.signal, options.limits, options.onDelta);
    const collector = new ChatCollector(watch.onDelta);
    const asked = { ...request, sampling: cannotThink.has(model) ? { ...request.sampling, think: undefined } : request.sampling };
    const broken = new AbortController();
    try {
      const stream = (await client(AbortSignal.any([watch.signal, broken.signal])).chat(toOllamaChat(asked, model) as never)) as unknown as AsyncIterable<ChatResponse>;
      for await (const part of stream) take(part, collector);
    } catch (error) {
      // The client lets go of a stream without closing it.
      broken.abort();
      if (options.signal.aborted) return collector.cut(options.signal.reason);
      if (collector.fault) throw collector.fault.error;
      if (watch.stalled) throw failure(watch.stalled, model);
      if (collector.started && endedWithoutDone(error) && fillsContext(request, collector)) return collector.filled(promptEstimate(request));
      const wire = streamError(error);
      if (wire instanceof WireError && asked.sampling.think && /does not support thinking/.test(wire.detail)) {
        cannotThink.add(model);
        return await chat(request, options);
      }
      throw await withNearestNames(failure(wire, model), model, models);
    } finally {
      watch.end();
    }
    const result = collector.result();
    assertPromptWhole(request, result.promptTokens);
    if (request.axes && !result.trace) throw steeringUnsupported(kind);
    return result;
  }

  /** A quick question to the runtime. */
  async function ask<T>(question: (client: Ollama) => Promise<T>, model = config.model): Promise<T> {
    try {
      return await question(lookup());
    } catch (error) {
      throw failure(error instanceof WireError ? error : streamError(error), model);
    }
  }
  const models = (): Promise<string[]> => ask(async (c) => (await c.list()).models.map(({ name }) => name));

  return {
    id: config.id ?? kind,
    kind,
    embedModel: config.embedModel || config.model,
    capabilities: RUNTIME_CAPABILITIES[kind],
    chat,
    models,
    async embed(texts, { signal }) {
      if (texts.length === 0) return [];
      const model = config.embedModel || config.model;
      try {
        const { embeddings } = await client(signal).embed({ model, input: texts, truncate: false });
        if (embeddings.length !== texts.length) throw new WireError('garbled', '');
        return embeddings;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw await withNearestNames(failure(error, model), model, models);
      }
    },
    async describe(model) {
      const [shown, listed] = await Promise.all([ask((c) => c.show({ model }), model), ask((c) => c.list())]).catch(async (error: Error) => {
        throw await withNearestNames(error, model, models);
      });
      const digest = listed.models.find(({ name }) => name === model || name === `${model}:latest`)?.digest;
      return toFacts(model, shown as unknown as ShowAnswer, digest ?? null);
    },
    loaded: async () => toLoaded((await ask((c) => c.ps())) as unknown as PsAnswer),
    async pull(model, { signal, onProgress }) {
      if (RUNTIME_CAPABILITIES[kind].pull === 'no') throw new HoldfastError('validation_failed', 'The embedded runtime serves the file that HOLDFAST_GGUF names and fetches none.');
      try {
        for await (const part of await client(signal).pull({ model, stream: true })) onProgress?.(toProgress(part));
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw failure(pullError(error), model);
      }
    },
    version: () => ask(async (c) => (await c.version()).version),
  };
}

/** Ollama passes on what its registry said, in words of its own. */
function pullError(error: unknown): unknown {
  const wire = streamError(error);
  const missing = wire instanceof WireError && /file does not exist|manifest unknown/.test(wire.detail);
  return missing ? new WireError('status', 'model not found', 404) : wire;
}

function take(part: ChatResponse, collector: ChatCollector): void {
  const { message } = part;
  if (message?.thinking) collector.add({ kind: 'thinking', text: message.thinking });
  if (message?.content) collector.add({ kind: 'text', text: message.content });
  for (const { function: call } of message?.tool_calls ?? []) collector.call(call.name, call.arguments);
  if (!part.done) return;
  collector.end(part.done_reason === 'length' ? 'length' : 'stop', { prompt: part.prompt_eval_count ?? 0, output: part.eval_count ?? 0 });
  const ms = (nanoseconds: number | undefined): number => Math.round((nanoseconds ?? 0) / 1e6);
  const { prompt_cached_count: cachedTokens = 0 } = part as { prompt_cached_count?: number };
  const trace = activationTraceSchema.safeParse((part as { axes?: unknown }).axes);
  if (trace.success) collector.traced(trace.data);
  collector.timed({ loadMs: ms(part.load_duration), promptMs: ms(part.prompt_eval_duration), outputMs: ms(part.eval_duration), cachedTokens });
}

/**
 * With `shift: false` Ollama 0.17 closes the stream of an answer that fills the context without its last line, which
 * looks like a broken connection but for the room that is used up.
 */
function fillsContext(request: ChatRequest, collector: ChatCollector): boolean {
  return promptEstimate(request) + collector.estimate() >= request.contextTokens * 0.9;
}

function promptEstimate({ messages, tools }: ChatRequest): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + TURN_TOKENS, tools?.length ? estimateTokens(JSON.stringify(tools)) : 0);
}

/** A turn's markers and role. */
const TURN_TOKENS = 5;

const endedWithoutDone = (error: unknown): boolean => error instanceof Error && error.message.startsWith('Did not receive done');

const CLIENT_ERRORS = new Set(['Error', 'ResponseError']);

/** The client throws plain errors for a line `{"error": …}` and for a stream that ends early. */
function streamError(error: unknown): unknown {
  if (error instanceof WireError || !(error instanceof Error) || !CLIENT_ERRORS.has(error.name)) return error;
  return endedWithoutDone(error) ? new WireError('broken', '') : new WireError('status', error.message, 500);
}
