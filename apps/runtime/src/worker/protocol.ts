import type { ControlVector } from '../native/context.js';
import type { ModelFacts, PromptPart } from '../native/model.js';
import type { Axis } from '../native/residual-tap.js';
import type { Sampling } from '../native/sampler.js';
import type { TokenTrace } from './axis-watch.js';

/** What a worker thread needs to load its model. */
export interface WorkerSetup {
  readonly kind: 'chat' | 'embed';
  readonly bins: string;
  readonly file: string;
  readonly threads: number;
  /** Tokens of the first context; a request with a larger num_ctx makes a larger one. */
  readonly contextSize: number;
  /** Requests that are worked on at once. */
  readonly slots: number;
  readonly nativeLogs: boolean;
  /** Shared by all workers: only one of them computes at a time. */
  readonly turn: SharedArrayBuffer;
}

interface JobBase {
  readonly id: number;
  /** int32[1], set to 1 to give the job up. */
  readonly cancel: SharedArrayBuffer;
}

export interface GenerateJob extends JobBase {
  readonly parts: readonly PromptPart[];
  readonly sampling: Sampling;
  /** Tokens of the reply at most; undefined: until the context is full. */
  readonly maxTokens: number | undefined;
  /** Tokens of prompt and reply together at most. */
  readonly contextSize: number;
  /** Whether the request named its seed: its text may then depend on nothing else. */
  readonly seeded: boolean;
  /** Whether tokens may be guessed from what was said before and evaluated several in one go. */
  readonly lookup: boolean;
  readonly stop: readonly string[];
  /** Whether the reply's text has its markers in it, for a model that writes thoughts and calls between them. */
  readonly markers?: boolean | undefined;
  /** GBNF that the whole reply follows. */
  readonly grammar?: string | undefined;
  /** GBNF that the reply follows if it starts with a brace. */
  readonly toolGrammar?: string | undefined;
  readonly steer?: ControlVector | undefined;
  readonly axes?: readonly Axis[] | undefined;
}

/** Reads the residual stream of `text` behind `context`, both as they are. */
export interface ResidualJob extends JobBase {
  readonly residual: true;
  readonly context: string;
  readonly text: string;
  readonly layers: readonly number[];
  readonly perplexity: boolean;
  readonly steer?: ControlVector | undefined;
  readonly axes?: readonly Axis[] | undefined;
}

export interface ResidualResult {
  readonly layers: readonly number[];
  /** float32[width] a layer: the mean over the text's tokens */
  readonly vectors: readonly Float32Array[];
  readonly tokens: number;
  /** Mean of -ln p of the text's tokens. */
  readonly logLoss: number | undefined;
}

export interface EmbedJob extends JobBase {
  readonly texts: readonly string[];
  /** Whether text beyond the model's length is dropped; otherwise it's an error. */
  readonly truncate: boolean;
}

/** Loads the model where it isn't yet, and does nothing else. */
export interface LoadJob extends JobBase {
  readonly load: true;
}

export type FinishReason = 'stop' | 'length' | 'cancelled';

export interface GenerateResult {
  readonly reason: FinishReason;
  readonly promptTokens: number;
  /** Of these, taken from the previous request's cache instead of being evaluated. */
  readonly cachedTokens: number;
  readonly replyTokens: number;
  /** Tokens that were guessed and came true. */
  readonly foreseenTokens: number;
  /** Of the context that was used. */
  readonly contextSize: number;
  readonly loadMs: number;
  readonly promptMs: number;
  readonly replyMs: number;
  /** One a token of the reply, where axes were asked for. */
  readonly traces: readonly TokenTrace[] | undefined;
}

export interface EmbedResult {
  readonly vectors: readonly Float32Array[];
  readonly tokens: number;
}

export type WorkerReply =
  | { readonly kind: 'ready'; readonly facts: ModelFacts; readonly library: string; readonly controls: readonly string[] }
  | { readonly kind: 'loaded'; readonly id: number; readonly contextSize: number }
  | { readonly kind: 'text'; readonly id: number; readonly text: string }
  | { readonly kind: 'generated'; readonly id: number; readonly result: GenerateResult }
  | { readonly kind: 'read'; readonly id: number; readonly result: ResidualResult }
  | { readonly kind: 'embedded'; readonly id: number; readonly result: EmbedResult }
  | { readonly kind: 'failed'; readonly id: number; readonly status: number; readonly message: string };
