import type { ChatRequest } from '#contracts';
import { estimateTokens, messageTokens } from './tokens.js';

const SMALLEST = 4_096;
/** A turn's markers and role. */
const PER_MESSAGE = 8;
/** An image, at the resolution that Gemma's encoders go with by default. */
const PER_IMAGE = 300;

/** Tokens that a request may take, prompt and answer, estimated from above. */
export function tokensNeeded({ messages, tools, format, sampling }: Pick<ChatRequest, 'messages' | 'tools' | 'format' | 'sampling'>, answer: number): { prompt: number; all: number } {
  const words = messages.reduce((sum, m) => sum + messageTokens(m) + PER_MESSAGE + PER_IMAGE * (m.images?.length ?? 0), 0);
  const declared = (tools?.length ? estimateTokens(JSON.stringify(tools)) : 0) + (format ? estimateTokens(JSON.stringify(format)) : 0);
  const prompt = words + declared;
  return { prompt, all: prompt + (sampling.maxTokens ?? answer) };
}

/**
 * The context length to ask for, by model: what the request needs, in powers of two, never more than `most` and never
 * less than what was asked before, since a runtime loads the model anew for another length.
 */
export function createContextSizer(): (key: string, needed: number, most: number) => number {
  const asked = new Map<string, number>();
  return (key, needed, most) => {
    let size = Math.max(SMALLEST, asked.get(key) ?? 0);
    while (size < needed) size *= 2;
    size = Math.min(size, most);
    asked.set(key, Math.max(size, asked.get(key) ?? 0));
    return size;
  };
}
