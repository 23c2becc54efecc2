import type { ChatDelta, ChatRequest, ChatResult } from '#contracts';
import { createOllamaRuntime } from './ollama/ollama-runtime.js';
import { createOpenAiRuntime } from './openai/openai-runtime.js';

export type RuntimeKind = 'ollama' | 'openai' | 'embedded';

export type ChatOptions = {
  /**
   * Ends the call at once. With a `CutGeneration` as reason the call resolves with what had been generated and
   * `finish: 'aborted'`; with any other reason it rejects with that reason.
   */
  signal: AbortSignal;
  onDelta?: (delta: ChatDelta) => void;
};

/** A server that runs models. Every failure is a HoldfastError without content in its message. */
export interface Runtime {
  readonly id: string;
  readonly kind: RuntimeKind;
  /** Model that `embed` goes with: vectors of two models are never compared. */
  readonly embedModel: string;
  chat(request: ChatRequest, options: ChatOptions): Promise<ChatResult>;
  /** One vector a text, in order; a text longer than the model's context is an error, never cut. */
  embed(texts: string[], options: { signal: AbortSignal }): Promise<number[][]>;
  models(): Promise<string[]>;
  version(): Promise<string>;
}

export type RuntimeConfig = {
  kind: RuntimeKind;
  url: string;
  /** Used where a request names none. */
  model: string;
  embedModel: string;
  /** Name of this runtime in task queues; its kind where not given. */
  id?: string;
  /** Milliseconds without a byte from the runtime after which a call fails. A long prompt on a CPU is silent for minutes. */
  silenceMs?: number;
};

export function createRuntime(config: RuntimeConfig): Runtime {
  return config.kind === 'openai' ? createOpenAiRuntime(config) : createOllamaRuntime(config);
}
