import type { AxisOption, ChatMessage, ChatRequest, Sampling } from '#contracts';
import type { ChatRequest as OllamaChatRequest, Message, Options } from 'ollama';
import { declaredTool } from '../tools/declared-tool.js';

/**
 * `truncate` and `shift` (Ollama 0.12.5 and later) make the runtime refuse a prompt that is too long and end an answer
 * that fills the context, instead of dropping the oldest messages and sliding on. Older ones ignore them.
 */
export type StreamedChat = OllamaChatRequest & { stream: true; truncate: false; shift: false };

export function toOllamaChat(request: ChatRequest, model: string): StreamedChat {
  const think = thinkFlag(request);
  return {
    model,
    messages: request.messages.map(toMessage),
    stream: true,
    truncate: false,
    shift: false,
    options: toOptions(request.sampling, request.contextTokens, request.stop, request.axes),
    ...(request.tools?.length && { tools: request.tools.map(declaredTool) }),
    ...(request.format && { format: request.format }),
    ...(think !== undefined && { think }),
    ...(request.keepAliveSeconds !== undefined && { keep_alive: request.keepAliveSeconds }),
  };
}

/** With `think: false` beside a format the runtime drops the schema (ollama#15260), so it is left unset there. */
function thinkFlag({ format, sampling }: ChatRequest): boolean | undefined {
  return format && sampling.think === false ? undefined : sampling.think;
}

function toMessage(message: ChatMessage): Message {
  return {
    role: message.role,
    content: message.content,
    ...(message.thinking && { thinking: message.thinking }),
    ...(message.toolCalls?.length && { tool_calls: message.toolCalls.map(({ name, args }) => ({ function: { name, arguments: args } })) }),
    ...(message.toolName && { tool_name: message.toolName }),
    ...(message.images?.length && { images: message.images }),
  };
}

function toOptions(sampling: Sampling, contextTokens: number, stop: string[] | undefined, axes: AxisOption[] | undefined): Partial<Options> {
  const options = {
    num_ctx: contextTokens,
    temperature: sampling.temperature,
    top_k: sampling.topK,
    top_p: sampling.topP,
    seed: sampling.seed,
    repeat_penalty: sampling.repeatPenalty,
    repeat_last_n: sampling.repeatLastN,
    num_predict: sampling.maxTokens,
    stop,
    // The embedded runtime's own.
    axes,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
