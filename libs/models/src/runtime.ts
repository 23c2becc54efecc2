import type { ChatDelta, ChatRequest, ChatResult, LoadedModel, ModelFacts, PullProgress, RuntimeCapabilities } from '#contracts';
import { createOllamaRuntime } from './ollama/ollama-runtime.js';
import { createOpenAiRuntime } from './openai/openai-runtime.js';
import type { TokenLimits } from './watch-tokens.js';

export type RuntimeKind = 'ollama' | 'openai' | 'embedded';

export type ChatOptions = {
  /**
   * Ends the call at once. With a `CutGeneration` as reason the call resolves with what had been generated and
   * `finish: 'aborted'`; with any other reason it rejects with that reason.
   */
  signal: AbortSignal;
  onDelta?: (delta: ChatDelta) => void;
  /** How long the call may go without a token; beyond it fails with `runtime_stalled`. */
  limits?: TokenLimits;
};

export type PullOptions = { signal: AbortSignal; onProgress?: (progress: PullProgress) => void };

/** A server that runs models. Every failure is a HoldfastError without content in its message. */
export interface Runtime {
  readonly id: string;
  readonly kind: RuntimeKind;
  /** Model that `embed` goes with: vectors of two models are never compared. */
  readonly embedModel: string;
  /** What its API has. What a model can is told by `describe`, and found out by the doctor. */
  readonly capabilities: RuntimeCapabilities;
  chat(request: ChatRequest, options: ChatOptions): Promise<ChatResult>;
  /** One vector a text, in order; a text longer than the model's context is an error, never cut. */
  embed(texts: string[], options: { signal: AbortSignal }): Promise<number[][]>;
  models(): Promise<string[]>;
  /** What the runtime tells of a model; fields are null where it does not. */
  describe(model: string): Promise<ModelFacts>;
  /** The models in memory, or null where the API does not say. */
  loaded(): Promise<LoadedModel[] | null>;
  /** Fetches a model; `validation_failed` where the API cannot. */
  pull(model: string, options: PullOptions): Promise<void>;
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
  /** Hosts beside loopback that a runtime may be on, as names or addresses. */
  allowedHosts?: readonly string[];
  /** Sent as a bearer token. */
  apiKey?: string;
  /** Certificate (PEM) of the authority that the server's comes from, where the system does not know it. */
  ca?: string;
};

export function createRuntime(config: RuntimeConfig): Runtime {
  return config.kind === 'openai' ? createOpenAiRuntime(config) : createOllamaRuntime(config);
}
