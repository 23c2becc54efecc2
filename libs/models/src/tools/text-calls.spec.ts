import { describe, expect, it } from '@jest/globals';
import { readTextCalls } from './text-calls.js';

const TOOLS = ['search', 'note'];

describe('tool calls in text', () => {
  it.each([
    ['Gemma 4', '<|tool_call>call:search{query:<|"|>a "b", {c}<|"|>,limit:3,deep:true,tags:[<|"|>x<|"|>,<|"|>y<|"|>],at:{page:null}}<tool_call|>', { query: 'a "b", {c}', limit: 3, deep: true, tags: ['x', 'y'], at: { page: null } }],
    ['FunctionGemma', '<start_function_call>call:search{query:<escape>x<escape>}<end_function_call>', { query: 'x' }],
    ['Hermes', '<tool_call>\n{"name": "search", "arguments": {"query": "x"}}\n</tool_call>', { query: 'x' }],
    ['Mistral', '[TOOL_CALLS][{"name":"search","arguments":{"query":"x"}}]', { query: 'x' }],
    ['a fenced block', '```json\n{"name":"search","parameters":{"query":"x"}}\n```', { query: 'x' }],
    ['bare JSON', ' {"function":{"name":"search","arguments":"{\\"query\\":\\"x\\"}"}} ', { query: 'x' }],
    ['Gemma 3', '```tool_code\nsearch(query="x", limit=2)\n```', { query: 'x', limit: 2 }],
  ])('are read in the form of %s', (_name, text, args) => {
    expect(readTextCalls(text, TOOLS)).toEqual({ calls: [{ name: 'search', args }], rest: '', broken: false });
  });

  it('stand beside text, and after a thought that is no answer', () => {
    const { calls, rest } = readTextCalls('<|channel>thought\nhm<channel|>I look it up. <|tool_call>call:search{query:<|"|>x<|"|>}<tool_call|><|tool_call>call:note{text:<|"|>y<|"|>}<tool_call|>', TOOLS);
    expect(calls.map(({ name }) => name)).toEqual(['search', 'note']);
    expect(rest).toBe('I look it up.');
  });

  it.each(['{"answer": 42}', '```json\n{"name":"other","parameters":{}}\n```', 'The tool search is good.', '[1,2]'])('are not seen in %s', (text) => {
    expect(readTextCalls(text, TOOLS)).toEqual({ calls: [], rest: text.trim(), broken: false });
  });

  it.each(['<|tool_call>call:search{query:<|"|>never closed', '<tool_call>{"name": "search", "argum', '<|tool_call>search<tool_call|>'])('are said to be broken in %s', (text) => {
    expect(readTextCalls(text, TOOLS)).toMatchObject({ calls: [], broken: true });
  });
});
