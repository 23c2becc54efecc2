import type { Message } from './messages.js';

/** A tool in Ollama's form. */
export interface ToolSpec {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description?: string | undefined; readonly parameters?: Record<string, unknown> | undefined };
}

export interface ToolCall {
  readonly function: { readonly name: string; readonly arguments: Record<string, unknown> };
}

/** `messages` with the tools described in front, for models without tool calls of their own (Gemma 3). */
export function withTools(messages: readonly Message[], tools: readonly ToolSpec[]): Message[] {
  const list = tools.map(({ function: tool }) => JSON.stringify({ name: tool.name, description: tool.description, parameters: tool.parameters }));
  const content = [
    'You can call these tools:',
    ...list,
    'To call one, reply with nothing but a JSON object {"name": tool name, "parameters": {argument: value}}. Otherwise reply in plain text.',
  ].join('\n');
  return [{ role: 'system', content }, ...messages];
}

/** The call that `reply` consists of, or undefined where it is text. */
export function parseToolCall(reply: string, tools: readonly ToolSpec[]): ToolCall | undefined {
  const text = reply.trim();
  if (!text.startsWith('{')) return undefined;
  const value = parseObject(text);
  const name = value?.['name'];
  const parameters = value?.['parameters'];
  if (typeof name !== 'string' || !tools.some((tool) => tool.function.name === name)) return undefined;
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return undefined;
  return { function: { name, arguments: parameters as Record<string, unknown> } };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
