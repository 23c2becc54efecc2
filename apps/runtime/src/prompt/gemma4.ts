import type { ChatMessage } from '#contracts';
import { renderGemma4 } from '#models/gemma4';
import type { PromptPart } from '../native/model.js';
import type { Message } from './messages.js';
import type { ToolSpec } from './tools.js';

/** What may hold a marker of the vocabulary, or one of the place holders below. */
const SUSPECT = /[<[\uE000\uE001]/;
const HOLDER = /\uE000(\d+)\uE001/;

type Asked = { messages: readonly Message[]; tools: readonly ToolSpec[]; think: boolean };

/**
 * A Gemma 4 prompt for the model's next turn. Whatever a message, a result or a tool's description says that could be
 * a marker is taken out before it is rendered and put back as letters, so that a document can't open a turn or a call.
 * Where the last message is the model's own, the model goes on with it.
 */
export function gemma4Prompt({ messages, tools, think }: Asked): PromptPart[] {
  const held: string[] = [];
  const protect = (text: string): string => (SUSPECT.test(text) ? `\uE000${held.push(text) - 1}\uE001` : text);
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return protect(value);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [protect(name), deep(item)]));
  };
  const rendered = renderGemma4({
    think,
    messages: messages.map((message, at): ChatMessage => {
      const calls = message.tool_calls?.map(({ function: call }) => ({ name: protect(call.name), args: deep(call.arguments) as Record<string, unknown> }));
      // A result without its call has no place in the model's turn.
      const role = message.role === 'tool' && !followsCall(messages, at) ? 'user' : message.role;
      return {
        role,
        content: protect((role === 'assistant' ? withoutThought(message.content) : message.content).trim()),
        ...(message.thinking ? { thinking: protect(message.thinking.trim()) } : {}),
        ...(calls?.length ? { toolCalls: calls } : {}),
        ...(message.tool_name ? { toolName: protect(message.tool_name) } : {}),
      };
    }),
    tools: tools.map(({ function: tool }) => ({ name: protect(tool.name), description: protect(tool.description ?? ''), parameters: deep(oneType(tool.parameters ?? { type: 'object' })) as Record<string, unknown> })),
  });
  const prompt = goesOn(messages) ? rendered.slice(0, rendered.lastIndexOf('<turn|>\n<|turn>model\n')) : rendered;
  return prompt.split(HOLDER).map((text, i) => (i % 2 ? { text: held[Number(text)]!, control: false } : { text, control: true })).filter(({ text }) => text !== '');
}

/** Gemma 4's declarations know one type a property, and `nullable`: `["string", "null"]` is both. */
function oneType(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(oneType);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.fromEntries(Object.entries(schema).map(([name, item]) => [name, oneType(item)]));
  const { type } = schema as { type?: unknown };
  if (!Array.isArray(type)) return entries;
  return { ...entries, type: type.find((one) => one !== 'null') ?? 'string', ...(type.includes('null') && { nullable: true }) };
}

/** As the template does with what a model said before: its thoughts are not told again. */
const withoutThought = (text: string): string => text.split('<channel|>').map((part) => part.split('<|channel>')[0]).join('');

function followsCall(messages: readonly Message[], at: number): boolean {
  const before = messages.slice(0, at).findLast(({ role }) => role !== 'tool');
  return before?.role === 'assistant' && Boolean(before.tool_calls?.length);
}

function goesOn(messages: readonly Message[]): boolean {
  const last = messages.at(-1);
  return last?.role === 'assistant' && !last.tool_calls?.length && last.content.trim() !== '';
}
