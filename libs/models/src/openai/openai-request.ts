import type { ChatMessage, ChatRequest } from '#contracts';
import { declaredTool } from '../tools/declared-tool.js';

/**
 * The body of /v1/chat/completions. Beside OpenAI's own fields it carries those that llama.cpp's server, LM Studio
 * and vLLM read (`top_k`, `repeat_penalty`, `chat_template_kwargs`); a server that does not know them ignores them.
 * The API has no field for the context length: what the server was started with holds.
 */
export function toOpenAiChat(request: ChatRequest, model: string): Record<string, unknown> {
  const { sampling, format, tools, stop } = request;
  const body = {
    model,
    messages: toMessages(request.messages),
    stream: true,
    stream_options: { include_usage: true },
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    max_tokens: sampling.maxTokens,
    repeat_penalty: sampling.repeatPenalty,
    repeat_last_n: sampling.repeatLastN,
    chat_template_kwargs: sampling.think === undefined ? undefined : { enable_thinking: sampling.think },
    response_format: format && { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: format } },
    tools: tools?.length ? tools.map(declaredTool) : undefined,
    stop,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** Calls and their results are joined by ids there; ours are joined by order, so ids are made from the order. */
function toMessages(messages: ChatMessage[]): Record<string, unknown>[] {
  let asked: string[] = [];
  return messages.map((message, at) => {
    if (message.role === 'tool') return { role: 'tool', content: message.content, tool_call_id: asked.shift() ?? `call_${at}` };
    asked = (message.toolCalls ?? []).map((_, n) => `call_${at}_${n}`);
    if (asked.length === 0) return { role: message.role, content: contentOf(message) };
    const calls = (message.toolCalls ?? []).map(({ name, args }, n) => ({ id: `call_${at}_${n}`, type: 'function', function: { name, arguments: JSON.stringify(args) } }));
    return { role: message.role, content: message.content, tool_calls: calls };
  });
}

/** Text alone as a string, which every server reads; with images as parts. */
function contentOf({ content, images }: ChatMessage): unknown {
  if (!images?.length) return content;
  return [{ type: 'text', text: content }, ...images.map((data) => ({ type: 'image_url', image_url: { url: `data:${mimeOf(data)};base64,${data}` } }))];
}

const mimeOf = (base64: string): string => (base64.startsWith('/9j/') ? 'image/jpeg' : 'image/png');
