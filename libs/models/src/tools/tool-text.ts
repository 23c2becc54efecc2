import { type ChatMessage, type ChatRequest, type ChatResult, HoldfastError, type ToolCallRequest, type ToolMode, type ToolSpec } from '#contracts';
import type { Runtime } from '../runtime.js';
import { readTextCalls } from './text-calls.js';

/**
 * A runtime whose tool calls are also read from the model's text. In mode `native` the runtime gets the tools, and a
 * call that it missed is recovered; in mode `text` the tools are described in the prompt and every call is read from
 * the text, for models whose calls the runtime does not parse. A call that cannot be read is `tool_call_leaked`.
 */
export function withToolText(runtime: Runtime, modeOf: (model: string) => ToolMode): Runtime {
  return {
    ...runtime,
    async chat(request, options) {
      if (!request.tools?.length) return runtime.chat(request, options);
      const mode = modeOf(request.model);
      const result = await runtime.chat(mode === 'text' ? toText(request) : request, options);
      return result.toolCalls.length > 0 || result.finish === 'aborted' ? result : recovered(result, request.tools, mode);
    },
  };
}

function recovered(result: ChatResult, tools: readonly ToolSpec[], mode: ToolMode): ChatResult {
  const { calls, rest, broken } = readTextCalls(result.content, tools.map(({ name }) => name));
  if (broken) throw new HoldfastError('tool_call_leaked', 'The model wrote a tool call into its text that could not be read.');
  if (calls.length === 0) return result;
  return { ...result, content: rest, toolCalls: calls, ...(mode === 'native' && { leakedCalls: calls.length }) };
}

/** The same request without the runtime's tools: they stand in the prompt, and calls and results in messages. */
function toText(request: ChatRequest): ChatRequest {
  const { tools = [], messages, ...rest } = request;
  const [first, ...others] = messages;
  const words = protocol(tools);
  const led: ChatMessage[] = first?.role === 'system' ? [{ ...first, content: `${first.content}\n\n${words}` }, ...others] : [{ role: 'system', content: words }, ...messages];
  return { ...rest, messages: led.map(plain) };
}

function plain({ toolCalls, toolName, ...message }: ChatMessage): ChatMessage {
  if (message.role === 'tool') return { role: 'user', content: `Result of ${toolName ?? 'the tool'}:\n${message.content}` };
  if (!toolCalls?.length) return message;
  return { ...message, content: [message.content, ...toolCalls.map(written)].filter(Boolean).join('\n') };
}

const written = ({ name, args }: ToolCallRequest): string => `<tool_call>${JSON.stringify({ name, arguments: args })}</tool_call>`;

function protocol(tools: readonly ToolSpec[]): string {
  return [
    'You can call these tools:',
    ...tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters })),
    `To call one, end your answer with: ${written({ name: 'TOOL', args: { PARAMETER: 'VALUE' } })}`,
    'Its result comes in the next message.',
  ].join('\n');
}
