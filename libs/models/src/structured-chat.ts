import type { z } from 'zod';
import { type ChatMessage, type ChatRequest, type ChatResult, HoldfastError } from '#contracts';
import type { ChatOptions, Runtime } from './runtime.js';
import { parseStructured } from './structured-output.js';

export type StructuredChat<T> = { value: T; /** How it came about. */ by: 'answer' | 'repair'; results: ChatResult[] };

/**
 * Asks for a value under a zod schema until it validates or the turns are used up: decoding is constrained where the
 * runtime can, else the value is extracted from the text; one that does not validate goes back to the model with what
 * is wrong with it.
 * @throws HoldfastError `output_invalid` after `repairs` further turns, with how often it was tried and no content.
 */
export async function chatStructured<S extends z.ZodType>(runtime: Runtime, schema: S, request: Omit<ChatRequest, 'format'> & { format: Record<string, unknown> }, options: ChatOptions, repairs = 1): Promise<StructuredChat<z.output<S>>> {
  const results: ChatResult[] = [];
  let messages: ChatMessage[] = request.messages;
  for (let turn = 0; turn <= repairs; turn++) {
    const result = await runtime.chat({ ...request, messages }, options);
    results.push(result);
    const parsed = parseStructured(schema, result.content);
    if (parsed.ok) return { value: parsed.value, by: turn === 0 ? 'answer' : 'repair', results };
    messages = [...request.messages, { role: 'assistant', content: result.content }, { role: 'user', content: `${parsed.reason} Give the whole answer again, corrected, as JSON only.` }];
  }
  const cut = results.some(({ finish }) => finish === 'length');
  throw new HoldfastError('output_invalid', `The model gave no output that satisfies the schema in ${results.length} turns${cut ? ', and its answers were cut at the longest length' : ''}.`);
}
