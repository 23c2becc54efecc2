import type { ModelGate } from '#activities';
import { type ChatRequest, type ChatResult, HoldfastError } from '#contracts';
import type { ChatOptions, Runtime } from '#models';
import { type ActiveSpan, type Attributes, currentScope, inScope, type Meters, OPERATIONS, providerOf } from '#platform/telemetry';
import type { WorkerTelemetry } from './telemetry.js';

/** Short answers say little about speed. */
const FEWEST_TOKENS = 8;

/** The runtime, with each of its calls a span of whatever makes it, and counted. As it is where neither is asked for. */
export function observeRuntime(runtime: Runtime, telemetry: WorkerTelemetry): Runtime {
  const { tracing, meters } = telemetry;
  if (!tracing && !meters) return runtime;
  let underWay = 0;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    meters?.set('holdfast_gate_calls', { runtime: runtime.id }, ++underWay);
    try {
      return await work();
    } finally {
      meters?.set('holdfast_gate_calls', { runtime: runtime.id }, --underWay);
    }
  };
  const spanOf = (operation: string, model: string, attributes: Attributes): ActiveSpan | undefined => {
    const parent = currentScope()?.span?.traceparent;
    return parent && tracing ? tracing.start({ name: `${operation} ${model}`, kind: 'client', parent, attributes: { operation, provider: providerOf(runtime.kind), runtimeId: runtime.id, requestModel: model, ...attributes } }) : undefined;
  };

  async function chat(request: ChatRequest, options: ChatOptions): Promise<ChatResult> {
    const waited = waitedSeconds();
    if (waited !== undefined) meters?.observe('holdfast_gate_wait_seconds', { runtime: runtime.id }, waited);
    const { sampling } = request;
    const span = spanOf(OPERATIONS.chat, request.model, { maxTokens: sampling.maxTokens, temperature: sampling.temperature, topP: sampling.topP, topK: sampling.topK, seed: sampling.seed, gateWaitSeconds: waited, conversationId: currentScope()?.log['runId'] });
    const started = performance.now();
    let firstAt: number | undefined;
    const watched: ChatOptions = { ...options, onDelta: (delta) => ((firstAt ??= performance.now()), options.onDelta?.(delta)) };
    try {
      const result = await counted(() => runtime.chat(request, watched));
      const ended = performance.now();
      if (meters) countAnswer(meters, { runtime: runtime.id, model: request.model }, result, { seconds: (ended - started) / 1_000, writing: firstAt === undefined ? undefined : (ended - firstAt) / 1_000 });
      span?.set({ inputTokens: result.promptTokens, outputTokens: result.outputTokens, thinkingTokens: result.thinkingTokens, cachedTokens: result.timing?.cachedTokens, finishReasons: [result.finish], firstChunkSeconds: firstAt === undefined ? undefined : (firstAt - started) / 1_000 });
      span?.end();
      return result;
    } catch (error) {
      span?.end({ error: codeOf(error) });
      // One that was ended from outside says nothing of the runtime.
      if (!options.signal.aborted) meters?.add('holdfast_model_failures_total', { runtime: runtime.id, code: codeOf(error) });
      throw error;
    }
  }

  async function embed(texts: string[], options: { signal: AbortSignal }): Promise<number[][]> {
    const span = spanOf(OPERATIONS.embeddings, runtime.embedModel, {});
    try {
      const vectors = await runtime.embed(texts, options);
      span?.end();
      return vectors;
    } catch (error) {
      span?.end({ error: codeOf(error) });
      if (!options.signal.aborted) meters?.add('holdfast_model_failures_total', { runtime: runtime.id, code: codeOf(error) });
      throw error;
    }
  }

  return { ...runtime, chat, embed };
}

/** The gate, with the moment noted at which each call comes to it. */
export function observeGate(gate: ModelGate, { meters }: WorkerTelemetry): ModelGate {
  if (!meters) return gate;
  return { ...gate, chat: (route, request, options) => inScope({ log: {}, ...currentScope(), cameAt: performance.now() }, () => gate.chat(route, request, options)) };
}

function waitedSeconds(): number | undefined {
  const cameAt = currentScope()?.cameAt;
  return cameAt === undefined ? undefined : (performance.now() - cameAt) / 1_000;
}

function countAnswer(m: Meters<'worker'>, of: { runtime: string; model: string }, { promptTokens, outputTokens, thinkingTokens, timing }: ChatResult, took: { seconds: number; writing: number | undefined }): void {
  m.observe('holdfast_model_call_seconds', of, took.seconds);
  const cached = timing?.cachedTokens ?? 0;
  for (const [type, n] of [['input', promptTokens - cached], ['cached', cached], ['output', outputTokens], ['thinking', thinkingTokens]] as const) if (n > 0) m.add('holdfast_model_tokens_total', { ...of, type }, n);
  const reading = timing ? timing.promptMs / 1_000 : 0;
  const writing = timing ? timing.outputMs / 1_000 : (took.writing ?? 0);
  if (reading > 0.001 && promptTokens - cached >= FEWEST_TOKENS) m.observe('holdfast_model_tokens_per_second', { ...of, type: 'input' }, (promptTokens - cached) / reading);
  if (writing > 0.001 && outputTokens >= FEWEST_TOKENS) m.observe('holdfast_model_tokens_per_second', { ...of, type: 'output' }, outputTokens / writing);
}

const codeOf = (error: unknown): string => (error instanceof HoldfastError ? error.code : error instanceof Error ? error.name : 'unknown');
