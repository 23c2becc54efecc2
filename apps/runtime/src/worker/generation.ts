import type { Candidates } from '../native/candidates.js';
import { GrammarMask } from '../native/grammar-mask.js';
import type { Llama } from '../native/library.js';
import type { NativeModel } from '../native/model.js';
import { TokenSampler } from '../native/sampler.js';
import type { AxisWatch } from './axis-watch.js';
import type { FinishReason, GenerateJob } from './protocol.js';
import { ReplyText } from './reply-text.js';
import type { Seat } from './seat.js';

/** What the reply loop works with; all of it belongs to one worker thread. */
export interface ReplyTools {
  readonly llama: Llama;
  readonly model: NativeModel;
  readonly seat: Seat;
  readonly watch: AxisWatch | undefined;
  readonly candidates: Candidates;
  readonly isCancelled: () => boolean;
  readonly onText: (text: string) => void;
}

export interface Reply {
  readonly reason: FinishReason;
  readonly tokens: number;
}

/** Samples and evaluates token after token, starting from the logits that the prompt left in the context. */
export function generateReply(tools: ReplyTools, job: GenerateJob, prompt: Int32Array): Reply {
  const sampler = new TokenSampler(tools.llama, tools.model, tools.candidates, job.sampling);
  const constraint = new Constraint(tools, job);
  try {
    for (const token of prompt.subarray(-Math.max(1, job.sampling.repeatLastN))) sampler.accept(token);
    return replyLoop(tools, job, prompt.length, sampler, constraint);
  } finally {
    constraint.free();
    sampler.free();
  }
}

function replyLoop(tools: ReplyTools, job: GenerateJob, promptTokens: number, sampler: TokenSampler, constraint: Constraint): Reply {
  const { model, seat, watch } = tools;
  const { context } = seat;
  const text = new ReplyText(job.stop);
  const room = context.size < job.contextSize ? context.size : job.contextSize;
  const limit = Math.min(job.maxTokens ?? Infinity, room - promptTokens);
  const finish = (reason: FinishReason, tokens: number): Reply => {
    emit(tools, text.end());
    return { reason, tokens };
  };

  for (let count = 0; ; ) {
    if (tools.isCancelled()) return { reason: 'cancelled', tokens: count };
    if (count >= limit) return finish('length', count);
    const logits = context.logits();
    const token = constraint.choose(sampler, logits);
    if (model.endsTurn(token)) return finish('stop', count);
    count += 1;
    sampler.accept(token);
    emit(tools, text.push(model.piece(token, job.markers)));
    if (text.stopped || constraint.isComplete(logits)) return finish('stop', count);
    if (count < limit) seat.reply(token, watch);
  }
}

function emit(tools: ReplyTools, text: string): void {
  if (text.length > 0) tools.onText(text);
}

/** The grammar of a reply: there from the start, or from the brace on that opens a tool call, or never. */
class Constraint {
  readonly #tools: ReplyTools;
  readonly #toolGrammar: string | undefined;
  #mask: GrammarMask | undefined;
  #undecided: boolean;

  constructor(tools: ReplyTools, job: GenerateJob) {
    this.#tools = tools;
    this.#toolGrammar = job.toolGrammar;
    this.#mask = job.grammar === undefined ? undefined : this.#open(job.grammar);
    this.#undecided = this.#mask === undefined && job.toolGrammar !== undefined;
  }

  choose(sampler: TokenSampler, logits: Float32Array): number {
    let token = sampler.next(logits, this.#mask);
    if (this.#undecided && this.#opensToolCall(token)) {
      this.#mask = this.#open(this.#toolGrammar!);
      token = sampler.next(logits, this.#mask);
    }
    if (this.#mask && !this.#tools.model.endsTurn(token)) this.#mask.accept(token);
    return token;
  }

  /** Ends the reply as soon as its JSON is whole, without waiting for the model to say so. */
  isComplete(logits: Float32Array): boolean {
    return this.#mask?.mayEnd(logits) ?? false;
  }

  free(): void {
    this.#mask?.free();
  }

  #opensToolCall(token: number): boolean {
    const start = this.#tools.model.piece(token).toString('utf8').trimStart();
    if (start.length > 0) this.#undecided = false;
    return start.startsWith('{');
  }

  #open(gbnf: string): GrammarMask {
    return new GrammarMask(this.#tools.llama, this.#tools.model, this.#tools.candidates, gbnf);
  }
}
