import { type ActivationTrace, HoldfastError, type ChatDelta, type ChatResult, type ChatTiming, type ToolCallRequest } from '#contracts';
import { CutGeneration } from './cut-generation.js';
import { estimateTokens } from './tokens.js';

/** Gathers a streamed answer; the same for every API. */
export class ChatCollector {
  private content = '';
  private thinking = '';
  private readonly toolCalls: ToolCallRequest[] = [];
  private finish: ChatResult['finish'] = 'stop';
  private timing: ChatTiming | null = null;
  private trace: ActivationTrace | null = null;
  private tokens = { prompt: 0, output: 0, thinking: -1 };
  /** What the caller's own listener threw: not the runtime's failure. */
  fault: { error: unknown } | null = null;

  constructor(private readonly onDelta: ((delta: ChatDelta) => void) | undefined) {}

  add(delta: ChatDelta): void {
    if (delta.kind === 'text') this.content += delta.text;
    else this.thinking += delta.text;
    try {
      this.onDelta?.(delta);
    } catch (error) {
      this.fault = { error };
      throw error;
    }
  }

  /** `args` as an object, or as the JSON text that some APIs send. */
  call(name: string, args: unknown): void {
    const value = typeof args === 'string' ? parsed(args) : args;
    if (!name || typeof value !== 'object' || value === null || Array.isArray(value))
      throw new HoldfastError('output_invalid', 'The model wrote a tool call whose arguments are not a JSON object.');
    this.toolCalls.push({ name, args: value as Record<string, unknown> });
  }

  end(finish: 'stop' | 'length', tokens: { prompt: number; output: number; thinking?: number }): void {
    this.finish = finish;
    this.tokens = { thinking: -1, ...tokens };
  }

  timed(timing: ChatTiming): void {
    this.timing = timing;
  }

  traced(trace: ActivationTrace): void {
    this.trace = trace;
  }

  result(): ChatResult {
    const { prompt, output } = this.tokens;
    return {
      content: this.content,
      thinking: this.thinking,
      toolCalls: this.toolCalls,
      promptTokens: prompt,
      outputTokens: output || this.estimate(),
      thinkingTokens: this.thinkingTokens(),
      finish: this.finish,
      ...(this.timing && { timing: this.timing }),
      ...(this.trace && { trace: this.trace }),
    };
  }

  /** The answer so far where it was cut on purpose; else throws the abort's reason. */
  cut(reason: unknown): ChatResult {
    if (!(reason instanceof CutGeneration)) throw reason;
    return { ...this.result(), finish: 'aborted' };
  }

  /** The answer of a runtime that stopped for want of room without saying so; counts are estimates. */
  filled(promptTokens: number): ChatResult {
    this.end('length', { prompt: promptTokens, output: 0 });
    return this.result();
  }

  get started(): boolean {
    return this.content !== '' || this.thinking !== '';
  }

  estimate(): number {
    return estimateTokens(this.content) + estimateTokens(this.thinking);
  }

  /** Ollama counts thinking as output and does not tell the share: taken from the share of characters. */
  private thinkingTokens(): number {
    if (this.tokens.thinking >= 0) return this.tokens.thinking;
    if (!this.thinking) return 0;
    const output = this.tokens.output || this.estimate();
    return Math.round((output * this.thinking.length) / (this.thinking.length + this.content.length));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return undefined;
  }
}
