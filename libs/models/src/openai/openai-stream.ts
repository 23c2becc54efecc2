import type { ChatCollector } from '../chat-collector.js';
import { WireError } from '../wire/wire-error.js';

type Chunk = {
  error?: { message?: string } | string;
  choices?: {
    delta?: {
      content?: string | null;
      /** llama.cpp, LM Studio and vLLM before 0.12 say `reasoning_content`, later vLLM `reasoning`. */
      reasoning_content?: string | null;
      reasoning?: string | null;
      tool_calls?: { index?: number; function?: { name?: string; arguments?: string } }[];
    };
    finish_reason?: string | null;
  }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number; completion_tokens_details?: { reasoning_tokens?: number } } | null;
};

/** Reads a streamed completion into the collector; a stream that ends without a finish reason was broken off. */
export async function readCompletion(events: AsyncIterable<string>, collector: ChatCollector): Promise<void> {
  const calls: { name: string; args: string }[] = [];
  let finish: string | null = null;
  let usage: Chunk['usage'] = null;
  for await (const event of events) {
    const chunk = parse(event);
    if (chunk.error) throw new WireError('status', typeof chunk.error === 'string' ? chunk.error : (chunk.error.message ?? ''), 500);
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    finish = choice.finish_reason ?? finish;
    const thinking = choice.delta?.reasoning_content ?? choice.delta?.reasoning;
    if (thinking) collector.add({ kind: 'thinking', text: thinking });
    if (choice.delta?.content) collector.add({ kind: 'text', text: choice.delta.content });
    for (const part of choice.delta?.tool_calls ?? []) {
      const call = (calls[part.index ?? 0] ??= { name: '', args: '' });
      call.name += part.function?.name ?? '';
      call.args += part.function?.arguments ?? '';
    }
  }
  if (finish === null) throw new WireError('broken', '');
  for (const { name, args } of calls) collector.call(name, args);
  const thinking = usage?.completion_tokens_details?.reasoning_tokens;
  collector.end(finish === 'length' ? 'length' : 'stop', {
    prompt: usage?.prompt_tokens ?? 0,
    output: usage?.completion_tokens ?? 0,
    ...(thinking && { thinking }),
  });
}

function parse(event: string): Chunk {
  try {
    return JSON.parse(event) as Chunk;
  } catch {
    throw new WireError('garbled', '');
  }
}
