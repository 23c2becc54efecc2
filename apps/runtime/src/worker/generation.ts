import type { Candidates } from '../native/candidates.js';
import { GrammarMask } from '../native/grammar-mask.js';
import type { Llama } from '../native/library.js';
import type { NativeModel } from '../native/model.js';
import { TokenSampler } from '../native/sampler.js';
import { AxisWatch } from './axis-watch.js';
import { Lookup, ROWS, USUAL_WORTH } from './lookup.js';
import type { FinishReason, GenerateJob, GenerateResult } from './protocol.js';
import { ReplyText } from './reply-text.js';
import type { Seat } from './seat.js';

/** What replies work with; all of it belongs to one worker thread. */
export interface ReplyTools {
  readonly llama: Llama;
  readonly model: NativeModel;
  readonly candidates: Candidates;
}

/** What a reply needs that its job doesn't say. */
export interface ReplySetting {
  readonly prompt: Int32Array;
  readonly seat: Seat;
  /** Tokens of prompt and reply together at most. */
  readonly room: number;
  /** Milliseconds that loading took. */
  readonly loadMs: number;
  readonly onText: (text: string) => void;
}

/**
 * One request under way: its prompt is read block by block, then tokens are sampled and evaluated one after the other.
 * Each call of `read`, `write` or `take` does one such piece, so that several replies go on side by side.
 */
export class Reply {
  readonly seat: Seat;
  /** Whether its tokens may be evaluated together with others': that changes low bits, and with them the text of a seed. */
  readonly mayShare: boolean;
  readonly #tools: ReplyTools;
  readonly #job: GenerateJob;
  readonly #setting: ReplySetting;
  readonly #watch: AxisWatch | undefined;
  readonly #cancel: Int32Array;
  readonly #text: ReplyText;
  readonly #limit: number;
  readonly #cachedTokens: number;
  readonly #startedAt = performance.now();
  #sampler: TokenSampler | undefined;
  #constraint: Constraint | undefined;
  #lookup: Lookup | undefined;
  #foreseen = 0;
  #readAt: number | undefined;
  #count = 0;
  #pending = -1;
  #reason: FinishReason | undefined;

  constructor(tools: ReplyTools, job: GenerateJob, setting: ReplySetting) {
    this.#tools = tools;
    this.#job = job;
    this.#setting = setting;
    this.seat = setting.seat;
    this.mayShare = !job.seeded && !setting.seat.tap;
    this.#watch = job.axes && new AxisWatch(job.axes);
    this.#cancel = new Int32Array(job.cancel);
    this.#text = new ReplyText(job.stop);
    this.#limit = Math.min(job.maxTokens ?? Infinity, setting.room - setting.prompt.length);
    this.seat.taken = true;
    this.#cachedTokens = this.seat.begin(setting.prompt);
  }

  get isReading(): boolean {
    return this.#readAt === undefined;
  }

  /** Why it ended; undefined while it goes on. */
  get reason(): FinishReason | undefined {
    return this.#reason;
  }

  /** The token to be evaluated next, at its place. */
  get row(): ReturnType<Seat['row']> {
    return this.seat.row(this.#pending);
  }

  /** Ends it where its client left. Answers whether it goes on. */
  goesOn(): boolean {
    if (this.#reason === undefined && Atomics.load(this.#cancel, 0) !== 0) this.#reason = 'cancelled';
    return this.#reason === undefined;
  }

  /** Reads the next block of the prompt; after the last one the first token is sampled. */
  read(): void {
    if (!this.seat.read(this.#setting.prompt, this.#watch)) return;
    this.#readAt = performance.now();
    const { llama, model, candidates } = this.#tools;
    this.#sampler = new TokenSampler(llama, model, candidates, this.#job.sampling);
    this.#constraint = new Constraint(this.#tools, this.#job);
    // Steered tokens are read and moved one at a time.
    if (this.#job.lookup && model.rewinds && !this.seat.tap) this.#lookup = new Lookup(this.#setting.prompt, this.#setting.room);
    for (const token of this.#setting.prompt.subarray(-Math.max(1, this.#job.sampling.repeatLastN))) this.#sampler.accept(token);
    this.#choose(this.seat.context.logits());
  }

  /** Whether its next tokens are guessed well enough to evaluate `ROWS` in one go, where that costs as much as `cost` tokens. */
  foresees(cost: number | undefined): boolean {
    const worth = this.#worth(cost);
    return this.#limit - this.#count >= worth && this.seat.hasRoom(ROWS) && this.#lookup !== undefined && this.#lookup.expects(worth);
  }

  /** Evaluates the pending token by itself, or with those that are expected behind it, and samples what follows. Answers how many rows were evaluated. */
  write(cost?: number): number {
    if (this.foresees(cost)) return this.#writeAhead(this.#lookup!, this.#worth(cost));
    this.seat.reply(this.#pending, this.#watch);
    this.#choose(this.seat.context.logits());
    return 1;
  }

  /** Goes on from the logits of its pending token, which was evaluated together with others'. */
  take(logits: Float32Array): void {
    this.seat.advance();
    this.#choose(logits);
  }

  result(): GenerateResult {
    const ended = performance.now();
    const readAt = this.#readAt ?? ended;
    return {
      reason: this.#reason ?? 'cancelled',
      promptTokens: this.#setting.prompt.length,
      cachedTokens: this.#cachedTokens,
      replyTokens: this.#count,
      foreseenTokens: this.#foreseen,
      contextSize: this.seat.context.size,
      loadMs: this.#setting.loadMs,
      promptMs: readAt - this.#startedAt,
      replyMs: ended - readAt,
      traces: this.#watch?.traces.slice(0, this.#count),
    };
  }

  /** Gives up the seat and what is native. */
  free(): void {
    this.#constraint?.free();
    this.#sampler?.free();
    this.seat.taken = false;
  }

  /** Samples behind each row as if it were alone, as long as what is sampled is what was proposed. */
  #writeAhead(lookup: Lookup, worth: number): number {
    const proposal = lookup.propose();
    this.seat.ahead([this.#pending, ...proposal]);
    let gained = 0;
    for (let goesOn = true; goesOn; gained += 1) {
      this.seat.advance();
      this.#choose(this.seat.context.logits(gained));
      goesOn = this.#reason === undefined && this.#pending === proposal[gained];
    }
    this.seat.rewind();
    lookup.note(gained, worth);
    this.#foreseen += gained - 1;
    return ROWS;
  }

  /** Tokens that a go must bring to pay. What was measured says so, but for a seed: its text may depend on its tokens alone. */
  #worth(cost: number | undefined): number {
    return this.mayShare && cost !== undefined ? Math.ceil(cost) : USUAL_WORTH;
  }

  #choose(logits: Float32Array): void {
    if (this.#count >= this.#limit) return this.#finish('length');
    const token = this.#constraint!.choose(this.#sampler!, logits);
    if (this.#tools.model.endsTurn(token)) return this.#finish('stop');
    this.#count += 1;
    this.#sampler!.accept(token);
    this.#lookup?.accept(token);
    this.#emit(this.#text.push(this.#tools.model.piece(token, this.#job.markers)));
    if (this.#text.stopped || this.#constraint!.isComplete(logits)) return this.#finish('stop');
    if (this.#count >= this.#limit) return this.#finish('length');
    this.#pending = token;
  }

  #finish(reason: FinishReason): void {
    this.#reason = reason;
    this.#emit(this.#text.end());
  }

  #emit(text: string): void {
    if (text.length > 0) this.#setting.onText(text);
  }
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
