import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChatDelta, ChatRequest } from '#contracts';
import { CutGeneration } from '../cut-generation.js';
import { createRuntime, type Runtime } from '../runtime.js';
import { startScriptedRuntime, type ScriptedOptions, type ScriptedRuntime } from '../scripted/index.js';

const request = (over: Partial<ChatRequest> = {}): ChatRequest => ({ model: '', messages: [{ role: 'user', content: 'Say something.' }], sampling: {}, contextTokens: 4_096, ...over });
const never = new AbortController().signal;
const LONG = 'word '.repeat(400);

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function scripted(options: ScriptedOptions): Promise<{ server: ScriptedRuntime; runtime: Runtime }> {
  const server = await startScriptedRuntime(options);
  open.push(server.stop);
  return { server, runtime: createRuntime({ kind: 'ollama', url: server.url, model: 'scripted:latest', embedModel: 'scripted-embed:latest' }) };
}

/** A server that answers with exactly these bytes, packet by packet. */
async function raw(status: number, packets: (string | Buffer)[]): Promise<Runtime> {
  const server = http.createServer(async (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-ndjson' });
    for (const packet of packets) {
      response.write(packet);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return createRuntime({ kind: 'ollama', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, model: 'm', embedModel: 'e' });
}

describe('ollama runtime', () => {
  it('gathers text, thinking, tool calls and counts, and hands on the deltas in order', async () => {
    const { runtime } = await scripted({ script: [{ thinking: 'let me think about it', content: 'an answer in pieces', toolCalls: [{ name: 'search', args: { query: 'x' } }], promptTokens: 7, outputTokens: 20 }] });
    const deltas: ChatDelta[] = [];
    const result = await runtime.chat(request(), { signal: never, onDelta: (delta) => void deltas.push(delta) });
    expect(result).toMatchObject({ content: 'an answer in pieces', thinking: 'let me think about it', toolCalls: [{ name: 'search', args: { query: 'x' } }], promptTokens: 7, outputTokens: 20, finish: 'stop' });
    expect(result.thinkingTokens).toBeGreaterThan(5);
    expect(result.thinkingTokens).toBeLessThan(15);
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.filter(({ kind }) => kind === 'text').map(({ text }) => text).join('')).toBe('an answer in pieces');
  });

  it('sends context length, sampling, tools, tool results and thinking as the API wants them', async () => {
    const { server, runtime } = await scripted({ script: [{ content: 'ok' }] });
    const messages: ChatRequest['messages'] = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: '', toolCalls: [{ name: 'search', args: { query: 'x' } }] },
      { role: 'tool', content: 'found', toolName: 'search' },
    ];
    const tools = [{ name: 'search', description: 'd', parameters: { type: 'object' } }];
    await runtime.chat(request({ messages, tools, sampling: { temperature: 0.2, repeatLastN: 64, maxTokens: 9, think: true }, stop: ['END'] }), { signal: never });
    const body = server.requests[0]!.body as unknown as Record<string, unknown>;
    expect(body).toMatchObject({
      model: 'scripted:latest', stream: true, truncate: false, shift: false, think: true,
      options: { num_ctx: 4_096, temperature: 0.2, repeat_last_n: 64, num_predict: 9, stop: ['END'] },
      tools: [{ type: 'function', function: { name: 'search' } }],
      messages: [{ role: 'user' }, { role: 'assistant', tool_calls: [{ function: { name: 'search', arguments: { query: 'x' } } }] }, { role: 'tool', tool_name: 'search', content: 'found' }],
    });
    expect(Object.keys(body['options'] as object)).not.toContain('seed');
  });

  it.each([[false, undefined], [true, true], [undefined, undefined]])('beside a format, think %s is sent as %s', async (think, sent) => {
    const { server, runtime } = await scripted({ script: [{ content: '{}' }] });
    await runtime.chat(request({ format: { type: 'object' }, sampling: { think } }), { signal: never });
    expect(server.requests[0]!.body.think).toBe(sent);
    expect(server.requests[0]!.body.format).toEqual({ type: 'object' });
  });

  it('goes on without thinking where the model cannot think, and remembers it', async () => {
    const asked: unknown[] = [];
    const { runtime } = await scripted({ script: ({ think }) => (asked.push(think), think ? { error: { status: 400, message: '"m" does not support thinking' } } : { content: 'ok' }) });
    await runtime.chat(request({ sampling: { think: true } }), { signal: never });
    expect((await runtime.chat(request({ sampling: { think: true } }), { signal: never })).content).toBe('ok');
    expect(asked).toEqual([true, undefined, undefined]);
  });

  it('keeps its connection from call to call', async () => {
    let connections = 0;
    const { server, runtime } = await scripted({ script: () => ({ content: 'ok' }), keepRequests: 0 });
    const counted = await countConnections(server, () => connections++);
    for (let i = 0; i < 30; i++) await counted.chat(request(), { signal: never });
    expect(await runtime.version()).toBe('0.0.0-scripted');
    expect(connections).toBeLessThanOrEqual(2);
    expect(server.calls).toBe(30);
  });

  it('lists models and embeds; shared words make texts near', async () => {
    const { runtime } = await scripted({ script: [] });
    expect(await runtime.models()).toContain('scripted:latest');
    const [a, b, c] = (await runtime.embed(['the heart attack was treated', 'treated heart attack', 'a dragon guards gold'], { signal: never })) as [number[], number[], number[]];
    const cosine = (x: number[], y: number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    expect(a).toHaveLength(384);
    expect(cosine(a, b)).toBeGreaterThan(0.6);
    expect(cosine(a, c)).toBeLessThan(0.3);
    expect(await runtime.embed([], { signal: never })).toEqual([]);
  });

  it('aborts before the first token, with the reason', async () => {
    const { runtime } = await scripted({ script: [{ hang: true }] });
    const abort = new AbortController();
    const reason = new Error('cancelled');
    setTimeout(() => abort.abort(reason), 20);
    await expect(runtime.chat(request(), { signal: abort.signal })).rejects.toBe(reason);
    await expect(runtime.chat(request(), { signal: abort.signal })).rejects.toBe(reason);
  });

  it('aborts in mid-answer, and the server sees the connection close', async () => {
    const { runtime } = await scripted({ script: [{ content: LONG, delayMs: 5_000 }] });
    const abort = new AbortController();
    await expect(runtime.chat(request(), { signal: abort.signal, onDelta: () => abort.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('gives what had come where the generation was cut on purpose', async () => {
    const { runtime } = await scripted({ script: [{ content: 'x'.repeat(800), delayMs: 400 }] });
    const abort = new AbortController();
    const result = await runtime.chat(request(), { signal: abort.signal, onDelta: () => abort.abort(new CutGeneration('degenerate')) });
    expect(result.finish).toBe('aborted');
    expect(result.content.length).toBeGreaterThanOrEqual(100);
    expect(result.content.length).toBeLessThan(800);
  });

  it.each([
    [{ error: { status: 500, message: 'secret words' } }, 'runtime_unavailable'],
    [{ error: { status: 503, message: 'busy' } }, 'runtime_unavailable'],
    [{ error: { status: 404, message: "model 'scripted:latest' not found" } }, 'model_missing'],
    [{ error: { status: 500, message: 'unable to load model: /home/secret/.ollama/models/blobs/sha256-0' } }, 'model_unreadable'],
    [{ error: { status: 500, message: "llama.cpp could not load /home/secret/m.gguf: not a GGUF file, damaged, or of an architecture it doesn't know" } }, 'model_unreadable'],
    [{ error: { status: 400, message: 'the input length exceeds the context length' } }, 'context_truncated'],
    [{ error: { status: 500, message: "error parsing tool call: raw='secret words'" } }, 'output_invalid'],
    [{ error: { status: 400, message: '"m" does not support tools' } }, 'validation_failed'],
    [{ drop: true, content: 'half an answer' }, 'runtime_unavailable'],
  ])('maps %j to %s without repeating what the runtime said', async (answer, code) => {
    const { runtime } = await scripted({ script: () => answer });
    const error = await runtime.chat(request(), { signal: never }).catch((e: Error) => e);
    expect(error).toMatchObject({ name: 'HoldfastError', code });
    expect((error as Error).message).not.toContain('secret');
    expect((error as Error).cause).toBeUndefined();
  });

  it('tells which keyword of a schema the runtime cannot hold a model to', async () => {
    const { runtime } = await scripted({ script: () => ({ error: { status: 400, message: 'format: the schema keyword "pattern" at $.anyOf[0].parameters.secret is not supported' } }) });
    await expect(runtime.chat(request(), { signal: never })).rejects.toMatchObject({ code: 'validation_failed', message: expect.stringMatching(/a schema with "pattern"\. Take that out/) });
  });

  it('tells how much memory is missing', async () => {
    const { runtime } = await scripted({ script: () => ({ error: { status: 500, message: 'model requires more system memory (5.6 GiB) than is available (3.1 GiB)' } }) });
    await expect(runtime.chat(request(), { signal: never })).rejects.toMatchObject({ code: 'runtime_unavailable', message: expect.stringMatching(/takes 5.6 GiB, and 3.1 GiB are free/) });
  });

  it('tells how to get a model that is missing', async () => {
    const { runtime } = await scripted({ script: [], models: ['other:latest'] });
    await expect(runtime.chat(request(), { signal: never })).rejects.toThrow('ollama pull scripted:latest');
  });

  it('waits for nobody who is not there, and works again once the server is back', async () => {
    const { server, runtime } = await scripted({ script: () => ({ content: 'ok' }) });
    await runtime.chat(request(), { signal: never });
    await server.stop();
    await expect(runtime.chat(request(), { signal: never })).rejects.toMatchObject({ code: 'runtime_unavailable' });
    await expect(runtime.version()).rejects.toMatchObject({ code: 'runtime_unavailable' });
    await server.start();
    expect((await runtime.chat(request(), { signal: never })).content).toBe('ok');
  });

  it('fails where the server stays silent', async () => {
    const server = await startScriptedRuntime({ script: () => ({ hang: true }) });
    open.push(server.stop);
    const runtime = createRuntime({ kind: 'ollama', url: server.url, model: 'm', embedModel: 'e', silenceMs: 50 });
    await expect(runtime.chat(request(), { signal: never })).rejects.toMatchObject({ code: 'runtime_stalled' });
  });

  it('passes on what the listener throws, and lets the server go', async () => {
    const { server, runtime } = await scripted({ script: () => ({ content: LONG, delayMs: 10_000 }) });
    const fault = new TypeError('a listener that fails');
    const throwing = (): never => {
      throw fault;
    };
    await expect(runtime.chat(request(), { signal: never, onDelta: throwing })).rejects.toBe(fault);
    const closed = server.stop();
    await expect(Promise.race([closed.then(() => 'closed'), new Promise((resolve) => setTimeout(resolve, 2_000, 'open'))])).resolves.toBe('closed');
    await server.start();
  });

  it('takes an answer that ends without its last line for one that filled the context, where it did', async () => {
    const { runtime } = await scripted({ script: () => ({ content: LONG, withoutEnd: true }) });
    expect(await runtime.chat(request({ contextTokens: 400 }), { signal: never })).toMatchObject({ finish: 'length', content: LONG });
    await expect(runtime.chat(request({ contextTokens: 8_192 }), { signal: never })).rejects.toMatchObject({ code: 'runtime_unavailable' });
  });

  it('calls a prompt that was cut an error', async () => {
    const { runtime } = await scripted({ script: [{ content: 'ok', promptTokens: 100 }] });
    await expect(runtime.chat(request({ messages: [{ role: 'user', content: LONG }] }), { signal: never })).rejects.toMatchObject({ code: 'context_truncated' });
  });

  it('reads lines however they are cut into packets', async () => {
    const lines = Buffer.from(['{"message":{"role":"assistant","content":"naïve "},"done":false}', '{"message":{"role":"assistant","content":"日本"},"done":false}', '{"message":{"content":""},"done":true,"done_reason":"length","prompt_eval_count":3,"eval_count":4}'].join('\n'));
    const runtime = await raw(200, Array.from({ length: Math.ceil(lines.length / 7) }, (_, i) => lines.subarray(i * 7, i * 7 + 7)));
    expect(await runtime.chat(request(), { signal: never })).toMatchObject({ content: 'naïve 日本', finish: 'length', promptTokens: 3, outputTokens: 4 });
  });

  it.each([
    ['an error in the stream', 'runtime_unavailable', ['{"message":{"content":"a"},"done":false}\n', '{"error":"out of memory"}\n']],
    ['a line that is not JSON', 'runtime_protocol', ['{"message":{"content":"secret"},"done":false\n', '{"done":true}\n']],
    ['a stream that ends early', 'runtime_unavailable', ['{"message":{"content":"a"},"done":false}\n']],
  ])('fails on %s', async (_name, code, packets) => {
    const runtime = await raw(200, packets);
    await expect(runtime.chat(request(), { signal: never })).rejects.toMatchObject({ code });
  });

  it('names the call that the script has no answer for', async () => {
    const { server } = await scripted({ script: [] });
    const response = await fetch(`${server.url}/api/chat`, { method: 'POST', body: JSON.stringify({ model: 'm', messages: [] }) });
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('asked for call 1');
  });
});

/** A runtime behind a proxy that counts connections. */
async function countConnections(server: ScriptedRuntime, onConnection: () => void): Promise<Runtime> {
  const proxy = http.createServer((request, response) => {
    const onward = http.request(`${server.url}${request.url}`, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.on('connection', onConnection);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return createRuntime({ kind: 'ollama', url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, model: 'm', embedModel: 'e' });
}
