import { parseToolCall, type ToolCall, type ToolSpec } from './tools.js';

export type ReplyPart = { readonly kind: 'content' | 'thinking'; readonly text: string };
export type ReplyEnd = { readonly parts: readonly ReplyPart[]; readonly calls: readonly ToolCall[] };

/** Takes a model's text apart while it comes. */
export interface ReplyReader {
  /** What may be shown by now. */
  push(text: string): readonly ReplyPart[];
  /** The rest, and the calls that the reply consists of. */
  end(): ReplyEnd;
}

/** Of a model without tool calls of its own: text is held back for as long as it may turn out to be a call in JSON. */
export class PlainReply implements ReplyReader {
  readonly #tools: readonly ToolSpec[];
  #reply = '';
  #shown = 0;

  constructor(tools: readonly ToolSpec[]) {
    this.#tools = tools;
  }

  push(text: string): ReplyPart[] {
    this.#reply += text;
    return this.#mayBeCall() ? [] : this.#rest();
  }

  end(): ReplyEnd {
    const call = this.#mayBeCall() ? parseToolCall(this.#reply, this.#tools) : undefined;
    return call ? { parts: [], calls: [call] } : { parts: this.#rest(), calls: [] };
  }

  #mayBeCall(): boolean {
    return this.#tools.length > 0 && /^\s*(\{|$)/.test(this.#reply);
  }

  #rest(): ReplyPart[] {
    const text = this.#reply.slice(this.#shown);
    this.#shown = this.#reply.length;
    return text ? [{ kind: 'content', text }] : [];
  }
}
