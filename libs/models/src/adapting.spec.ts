import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ChatRequest, ChatResult } from '#contracts';
import { RUNTIME_CAPABILITIES } from './capabilities.js';
import { limitsFor } from './call-limits.js';
import { createContextSizer, tokensNeeded } from './context-size.js';
import { withFindings } from './doctor/apply-findings.js';
import type { Runtime } from './runtime.js';
import { chatStructured } from './structured-chat.js';

const never = new AbortController().signal;
const ask = (over: Partial<ChatRequest> = {}): ChatRequest => ({ model: 'm', messages: [{ role: 'user', content: 'q' }], sampling: {}, contextTokens: 4_096, ...over });

/** Answers from a list and keeps the requests. */
function listRuntime(answers: string[]): { runtime: Runtime; requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  const chat = async (request: ChatRequest): Promise<ChatResult> => {
    requests.push(request);
    const content = answers.shift();
    if (content === undefined) throw new Error('no more answers');
    return { content, thinking: '', toolCalls: [], promptTokens: 1, outputTokens: 1, thinkingTokens: 0, finish: 'stop' };
  };
  const none = (): never => {
    throw new Error('not asked for');
  };
  return { requests, runtime: { id: 'list', kind: 'ollama', embedModel: 'e', capabilities: RUNTIME_CAPABILITIES.ollama, chat, embed: none, models: none, describe: none, loaded: none, pull: none, version: none } };
}

describe('structured chat', () => {
  const schema = z.object({ n: z.int() });
  const format = { type: 'object' };

  it('takes an answer, one inside text, and one that was repaired', async () => {
    expect(await chatStructured(listRuntime(['{"n":1}']).runtime, schema, ask({ format }) as never, { signal: never })).toMatchObject({ value: { n: 1 }, by: 'answer' });
    expect(await chatStructured(listRuntime(['Sure: ```json\n{"n":2}\n```']).runtime, schema, ask({ format }) as never, { signal: never })).toMatchObject({ value: { n: 2 }, by: 'answer' });
    const { runtime, requests } = listRuntime(['{"n":"three"}', '{"n":3}']);
    expect(await chatStructured(runtime, schema, ask({ format }) as never, { signal: never })).toMatchObject({ value: { n: 3 }, by: 'repair' });
    expect(requests[1]!.messages.at(-1)!.content).toMatch(/n: Invalid input/);
  });

  it('says why there is none, without content', async () => {
    const failure = chatStructured(listRuntime(['SECRET', 'SECRET', 'SECRET']).runtime, schema, ask({ format }) as never, { signal: never }, 2);
    await expect(failure).rejects.toMatchObject({ code: 'output_invalid', message: expect.not.stringContaining('SECRET') });
    await expect(failure).rejects.toThrow('in 3 turns');
  });
});

describe('findings', () => {
  it('change nothing where nothing failed', async () => {
    const { runtime, requests } = listRuntime(['a', 'a']);
    const request = ask({ format: { type: 'object' }, sampling: { think: true } });
    await withFindings(runtime, () => null).chat(request, { signal: never });
    await withFindings(runtime, () => ({ off: [], toolMode: 'native' })).chat(request, { signal: never });
    expect(requests).toEqual([request, request]);
  });

  it('put the schema into words, leave thinking out, and refuse images', async () => {
    const { runtime, requests } = listRuntime(['{}']);
    const adapted = withFindings(runtime, () => ({ off: ['schema', 'schema_while_thinking', 'images'], toolMode: 'native' }));
    await adapted.chat(ask({ format: { type: 'object' }, sampling: { think: true, seed: 1 } }), { signal: never });
    expect(requests[0]).toMatchObject({ sampling: { seed: 1 } });
    expect([requests[0]!.format, requests[0]!.sampling.think]).toEqual([undefined, undefined]);
    expect(requests[0]!.messages.at(-1)!.content).toContain('{"type":"object"}');
    await expect(async () => adapted.chat(ask({ messages: [{ role: 'user', content: 'x', images: ['a'] }] }), { signal: never })).rejects.toMatchObject({ code: 'validation_failed' });
  });

  it('send tools in words where calls leak, and read the calls from the text', async () => {
    const { runtime, requests } = listRuntime(['I look. <tool_call>{"name":"look_up","arguments":{"ship":"Fram"}}</tool_call>']);
    const tools = [{ name: 'look_up', description: 'Looks up.', parameters: { type: 'object' } }];
    const messages: ChatRequest['messages'] = [{ role: 'system', content: 'S' }, { role: 'user', content: 'q' }, { role: 'assistant', content: '', toolCalls: [{ name: 'look_up', args: {} }] }, { role: 'tool', toolName: 'look_up', content: 'r' }];
    const result = await withFindings(runtime, () => ({ off: [], toolMode: 'text' })).chat(ask({ tools, messages }), { signal: never });
    expect(result).toMatchObject({ content: 'I look.', toolCalls: [{ name: 'look_up', args: { ship: 'Fram' } }] });
    expect(requests[0]!.tools).toBeUndefined();
    expect(requests[0]!.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(requests[0]!.messages[2]!.content).toContain('<tool_call>');
  });
});

describe('context size and limits', () => {
  it('are in powers of two, never shrink, and never exceed', () => {
    const size = createContextSizer();
    expect([size('a', 100, 32_768), size('a', 5_000, 32_768), size('a', 100, 32_768), size('b', 100, 32_768), size('a', 99_999, 32_768)]).toEqual([4_096, 8_192, 8_192, 4_096, 32_768]);
    expect(size('c', 100, 2_048)).toBe(2_048);
    expect(tokensNeeded(ask({ sampling: { maxTokens: 10 }, messages: [{ role: 'user', content: 'word '.repeat(100) }] }), 1_000).all).toBeGreaterThan(110);
  });

  it('follow the measured speed', () => {
    const speed = { promptPerSecond: 100, outputPerSecond: 10, loadMs: 20_000 };
    expect(limitsFor({ promptTokens: 4_000, maxTokens: 1_000, heldBack: false }, speed)).toEqual({ firstTokenMs: 180_000, stallMs: 30_000 });
    expect(limitsFor({ promptTokens: 4_000, maxTokens: 1_000, heldBack: true }, speed)).toEqual({ firstTokenMs: 480_000, stallMs: 300_000 });
    expect(limitsFor({ promptTokens: 4_000, maxTokens: 1_000, heldBack: false }, null)).toEqual({ stallMs: 30_000 });
  });
});
