import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ChatMessage, ToolSpec } from '#contracts';
import { readGemma4Turn } from './read-turn.js';
import { renderGemma4 } from './render-turns.js';

type OpenAiMessage = { role: ChatMessage['role']; content: string; reasoning?: string; tool_call_id?: string; tool_calls?: { id: string; function: { name: string; arguments: Record<string, unknown> } }[] };
type Golden = { request: { messages: OpenAiMessage[]; tools?: { function: ToolSpec }[]; enable_thinking?: boolean }; prompt: string };
/** Rendered by chat_template.jinja of google/gemma-4-31B-it itself, from requests in OpenAI's form. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden', 'turns.json'), 'utf8')) as Record<string, Golden>;

function toMessages(messages: OpenAiMessage[]): ChatMessage[] {
  return messages.map(({ role, content, reasoning, tool_calls: calls }) => ({ role, content, ...(reasoning && { thinking: reasoning }), ...(calls && { toolCalls: calls.map((c) => ({ name: c.function.name, args: c.function.arguments })) }) }));
}

describe("Gemma 4's turns", () => {
  it.each(Object.entries(golden))('are rendered as its own template does: %s', (_name, { request, prompt }) => {
    expect(renderGemma4({ messages: toMessages(request.messages), tools: (request.tools ?? []).map((t) => t.function), ...(request.enable_thinking && { think: true }) })).toBe(prompt);
  });

  it('are read back: what was rendered of the model is what it said', () => {
    const { request, prompt } = golden['thought-before-a-call']!;
    const written = prompt.slice(prompt.lastIndexOf('<|turn>model\n') + '<|turn>model\n'.length);
    expect(readGemma4Turn(written, ['search'])).toEqual({ thinking: request.messages[1]!.reasoning, content: '', toolCalls: [{ name: 'search', args: { query: 'x' } }], broken: false });
  });

  it.each([
    ['<|channel>thought\nfour<channel|>It is 4.<turn|>', { thinking: 'four', content: 'It is 4.', toolCalls: [], broken: false }],
    ['<|channel>thought\n<channel|>Hello!', { thinking: '', content: 'Hello!', toolCalls: [], broken: false }],
    ['<|channel>thought\nnever closed', { thinking: 'never closed', content: '', toolCalls: [], broken: false }],
    ['I look. <|tool_call>call:search{query:<|"|>x<|"|>}<tool_call|><|tool_response>', { thinking: '', content: 'I look.', toolCalls: [{ name: 'search', args: { query: 'x' } }], broken: false }],
    ['<|tool_call>call:search{query:<|"|>x', { thinking: '', content: '', toolCalls: [], broken: true }],
  ])('are read: %s', (text, turn) => {
    expect(readGemma4Turn(text, ['search'])).toEqual(turn);
  });
});
