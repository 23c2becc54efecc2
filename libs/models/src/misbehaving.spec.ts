import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChatRequest, ErrorCode } from '#contracts';
import { createDegenerateDetector } from './degenerate-detector.js';
import { CutGeneration } from './cut-generation.js';
import { createRuntime, type Runtime } from './runtime.js';
import { type Misdeed, type MisbehavingServer, startMisbehaving } from './scripted/misbehaving-server.js';
import { withToolText } from './tools/tool-text.js';

const TOOLS = [{ name: 'look_up', description: 'Looks up a ship.', parameters: { type: 'object', properties: { ship: { type: 'string' } } } }];
const never = new AbortController().signal;
const LIMITS = { firstTokenMs: 150, stallMs: 150 };
let server: MisbehavingServer | undefined;
afterEach(() => server?.stop());

const request = (over: Partial<ChatRequest> = {}): ChatRequest => ({ model: '', messages: [{ role: 'user', content: 'Tell a SECRET story.' }], sampling: {}, contextTokens: 4_096, ...over });

async function facing(misdeed: Misdeed, kind: 'ollama' | 'openai'): Promise<Runtime> {
  server = await startMisbehaving(misdeed);
  return withToolText(createRuntime({ kind, url: server.url, model: 'gemma4:e4', embedModel: 'e' }), () => 'native');
}

describe.each(['ollama', 'openai'] as const)('a runtime of kind %s that', (kind) => {
  it.each<[string, Misdeed, ErrorCode, RegExp]>([
    ['answers HTML', 'html', 'runtime_protocol', /not its API/],
    ['never answers', 'hang', 'runtime_stalled', /sent nothing for too long/],
    ['stops after its first token', 'stall', 'runtime_stalled', /sent nothing for too long/],
    ['streams half a line', 'half_line', 'runtime_protocol', /not its API/],
    ['sends bytes that are no UTF-8', 'invalid_utf8', 'runtime_protocol', /no UTF-8/],
    ['dies in the middle', 'dies', 'runtime_unavailable', /closed the connection/],
    ['does not have the model', 'unknown_model', 'model_missing', /It has gemma4:e[24]b, gemma4:e[24]b/],
    ['gets more than any context', 'too_long', 'context_truncated', /does not fit/],
  ])('%s', async (_what, misdeed, code, words) => {
    const runtime = await facing(misdeed, kind);
    const error = (await runtime.chat(request(), { signal: never, limits: LIMITS }).catch((e: unknown) => e)) as Error;
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(error.message).not.toMatch(/Once|SECRET/);
  });

  it('cuts the prompt without a word', async () => {
    const runtime = await facing('cuts_prompt', kind);
    const long = request({ messages: [{ role: 'user', content: 'word '.repeat(2_300) }] });
    await expect(runtime.chat(long, { signal: never })).rejects.toMatchObject({ code: 'context_truncated' });
  });

  it('leaks a tool call into the text: it is read from there', async () => {
    const runtime = await facing('leaks_tools', kind);
    expect(await runtime.chat(request({ tools: TOOLS }), { signal: never })).toMatchObject({ toolCalls: [{ name: 'look_up', args: { ship: 'Fram' } }], content: '', leakedCalls: 1 });
  });

  it('leaks a call that cannot be read', async () => {
    const runtime = await facing('leaks_broken', kind);
    await expect(runtime.chat(request({ tools: TOOLS }), { signal: never })).rejects.toMatchObject({ code: 'tool_call_leaked' });
  });

  it('repeats one token for ever: it is noticed, and the server let go', async () => {
    const runtime = await facing('loops', kind);
    const detector = createDegenerateDetector();
    const cut = new AbortController();
    const result = await runtime.chat(request(), { signal: cut.signal, onDelta: (delta) => void (detector.push(delta.text) && cut.abort(new CutGeneration('degenerate'))) });
    expect(result.finish).toBe('aborted');
    expect(result.content.length).toBeLessThan(20_000);
    // The spec's own time limit ends it, should the server never notice.
    while (server!.left() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server!.left()).toBe(1);
  });

  it('is on a host that is not allowed', async () => {
    const runtime = createRuntime({ kind, url: 'http://192.0.2.1:1', model: 'm', embedModel: 'e' });
    await expect(runtime.chat(request(), { signal: never })).rejects.toMatchObject({ code: 'runtime_host_refused' });
    await expect(runtime.embed(['x'], { signal: never })).rejects.toMatchObject({ code: 'runtime_host_refused' });
    await expect(runtime.models()).rejects.toMatchObject({ code: 'runtime_host_refused' });
  });
});
