import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChatRequest } from '#contracts';
import { CutGeneration } from '../cut-generation.js';
import { createRuntime, type Runtime } from '../runtime.js';

const request = (over: Partial<ChatRequest> = {}): ChatRequest => ({ model: '', messages: [{ role: 'user', content: 'Say something.' }], sampling: {}, contextTokens: 4_096, ...over });
const never = new AbortController().signal;
const open: http.Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = { status?: number; body: string | string[]; then?: 'hang' | 'drop' };

/** A server that records bodies and answers by path; lists are sent packet by packet. */
async function serve(answers: Record<string, Answer>): Promise<{ runtime: Runtime; bodies: Record<string, unknown>[] }> {
  const bodies: Record<string, unknown>[] = [];
  const server = http.createServer(async (incoming, response) => {
    let text = '';
    for await (const part of incoming) text += String(part);
    if (text) bodies.push(JSON.parse(text) as Record<string, unknown>);
    const answer = answers[incoming.url ?? ''] ?? { status: 404, body: '{}' };
    response.writeHead(answer.status ?? 200);
    for (const packet of [answer.body].flat()) {
      response.write(packet);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    if (answer.then === 'drop') response.destroy();
    else if (answer.then !== 'hang') response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { runtime: createRuntime({ kind: 'openai', url, model: 'gemma', embedModel: 'embed' }), bodies };
}

const CHAT = '/v1/chat/completions';
const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (value: unknown, finish: string | null = null): string => event({ choices: [{ delta: value, finish_reason: finish }] });
const usage = event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 4 } } });

describe('openai runtime', () => {
  it('gathers text, thinking, split tool calls and counts', async () => {
    const stream = [
      delta({ role: 'assistant', reasoning_content: 'hm' }), delta({ content: 'Hel' }), delta({ content: 'lo' }),
      delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'search', arguments: '{"que' } }] }), delta({ tool_calls: [{ index: 0, function: { arguments: 'ry":"x"}' } }] }),
      delta({}, 'tool_calls'), usage, 'data: [DONE]\n\n',
    ].join('');
    const { runtime } = await serve({ [CHAT]: { body: stream.match(/[\s\S]{1,11}/g)! } });
    expect(await runtime.chat(request(), { signal: never })).toEqual({
      content: 'Hello', thinking: 'hm', toolCalls: [{ name: 'search', args: { query: 'x' } }], promptTokens: 5, outputTokens: 9, thinkingTokens: 4, finish: 'stop',
    });
  });

  it('asks in the words of the API and joins results to calls by id', async () => {
    const { runtime, bodies } = await serve({ [CHAT]: { body: [delta({ content: 'ok' }, 'length'), usage] } });
    const messages: ChatRequest['messages'] = [
      { role: 'assistant', content: '', toolCalls: [{ name: 'a', args: {} }, { name: 'b', args: { x: 1 } }] },
      { role: 'tool', content: 'ra', toolName: 'a' },
      { role: 'tool', content: 'rb', toolName: 'b' },
    ];
    const result = await runtime.chat(request({ messages, format: { type: 'object' }, sampling: { topK: 5, maxTokens: 7, think: false } }), { signal: never });
    expect(result.finish).toBe('length');
    expect(bodies[0]).toMatchObject({
      model: 'gemma', stream: true, top_k: 5, max_tokens: 7, chat_template_kwargs: { enable_thinking: false },
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
      messages: [
        { tool_calls: [{ id: 'call_0_0', function: { name: 'a', arguments: '{}' } }, { id: 'call_0_1', function: { arguments: '{"x":1}' } }] },
        { role: 'tool', tool_call_id: 'call_0_0' }, { role: 'tool', tool_call_id: 'call_0_1' },
      ],
    });
  });

  it('puts vectors in the order of the texts', async () => {
    const { runtime } = await serve({ '/v1/embeddings': { body: JSON.stringify({ data: [{ index: 1, embedding: [2] }, { index: 0, embedding: [1] }] }) } });
    expect(await runtime.embed(['a', 'b'], { signal: never })).toEqual([[1], [2]]);
  });

  it('lists models, and has a version where the server tells one', async () => {
    const { runtime } = await serve({ '/v1/models': { body: '{"data":[{"id":"gemma"}]}' }, '/version': { body: '{"version":"0.9"}' } });
    expect(await runtime.models()).toEqual(['gemma']);
    expect(await runtime.version()).toBe('0.9');
    const { runtime: silent } = await serve({ '/v1/models': { body: '{"data":[]}' } });
    expect(await silent.version()).toBe('unknown');
  });

  it.each<[Answer, string]>([
    [{ status: 500, body: '{"error":{"message":"secret"}}' }, 'runtime_unavailable'],
    [{ status: 404, body: '{"error":{"message":"The model `gemma` does not exist"}}' }, 'model_missing'],
    [{ status: 400, body: '{"error":{"message":"request (9000 tokens) exceeds the available context size (4096 tokens)"}}' }, 'context_truncated'],
    [{ status: 400, body: '{"error":{"message":"secret"}}' }, 'validation_failed'],
    [{ body: [delta({ content: 'a' })] }, 'runtime_unavailable'],
    [{ body: [delta({ content: 'a' })], then: 'drop' }, 'runtime_unavailable'],
    [{ body: ['data: {"secret\n\n'] }, 'runtime_protocol'],
    [{ body: [delta({ tool_calls: [{ index: 0, function: { name: 'a', arguments: '{"secret' } }] }, 'tool_calls')] }, 'output_invalid'],
  ])('maps %j to %s', async (answer, code) => {
    const { runtime } = await serve({ [CHAT]: answer });
    const error = await runtime.chat(request(), { signal: never }).catch((e: Error) => e);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain('secret');
  });

  it('rejects on abort, and gives the text so far on a cut', async () => {
    const { runtime } = await serve({ [CHAT]: { body: [delta({ content: 'so far' })], then: 'hang' } });
    const abort = new AbortController();
    await expect(runtime.chat(request(), { signal: abort.signal, onDelta: () => abort.abort(new Error('stop')) })).rejects.toThrow('stop');
    const cut = new AbortController();
    expect(await runtime.chat(request(), { signal: cut.signal, onDelta: () => cut.abort(new CutGeneration('limit')) })).toMatchObject({ content: 'so far', finish: 'aborted' });
  });
});
