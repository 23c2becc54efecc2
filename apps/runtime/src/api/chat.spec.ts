import { describe, expect, it } from '@jest/globals';
import type { Exchange } from '../http/exchange.js';
import type { ServedModel } from '../model/served-model.js';
import { GEMMA4 } from '../prompt/templates.js';
import type { GenerateJob } from '../worker/protocol.js';
import { show } from './catalogue.js';
import { chat } from './chat.js';
import { chatSchema } from './schemas.js';

const WRITTEN = ['<|channel>', 'thought\n', 'I look.', '<channel|>', '<|tool_call>', 'call:search{q:<|"|>x<|"|>}', '<tool_call|>'];
const FIGURES = { reason: 'stop', promptTokens: 3, cachedTokens: 0, replyTokens: 7, contextSize: 4096, loadMs: 0, promptMs: 1, replyMs: 1, traces: undefined };
const tools = [{ type: 'function', function: { name: 'search', parameters: { type: 'object', properties: { q: { type: 'string' } } } } }];

/** A Gemma 4 whose tokens are given: no weights of it are small enough to be fetched for tests. */
function asked(body: object, written: string[] = WRITTEN): { job: () => GenerateJob; lines: Record<string, unknown>[]; done: Promise<void> } {
  const jobs: GenerateJob[] = [];
  const lines: Record<string, unknown>[] = [];
  const facts = { architecture: 'gemma4', parameters: 5e9, metadata: {}, layers: 35, embeddingWidth: 4 };
  const generate = async (job: GenerateJob, onText: (text: string) => void): Promise<object> => (jobs.push(job), written.forEach(onText), FIGURES);
  const model = { setting: { name: 'gemma4:e2b' }, kind: 'chat', template: GEMMA4, file: { mtime: new Date(0) }, thread: { ready: { facts }, generate } } as unknown as ServedModel;
  expect(show(model)).toMatchObject({ capabilities: ['completion', 'tools', 'thinking'], template: 'gemma4' });
  const take = (line: unknown): void => void lines.push(line as Record<string, unknown>);
  const exchange = { signal: new AbortController().signal, json: take, line: take, endLines: take } as unknown as Exchange;
  return { job: () => jobs[0]!, lines, done: chat(model, chatSchema.parse({ model: 'gemma4:e2b', messages: [{ role: 'user', content: 'Find x' }], ...body }), exchange) };
}

describe('chat with a Gemma 4', () => {
  it('streams thoughts as thoughts and calls as calls, with no marker in any text', async () => {
    const { job, lines, done } = asked({ tools, think: true });
    await done;
    expect(lines.map(({ message }) => message)).toEqual([
      { role: 'assistant', content: '', thinking: 'I look.' },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'search', arguments: { q: 'x' } } }] },
      { role: 'assistant', content: '' },
    ]);
    expect(job()).toMatchObject({ markers: true, stop: GEMMA4.stops });
    expect(job().toolGrammar).toBeUndefined();
    expect(job().parts.map(({ text }) => text).join('')).toContain('<|think|>');
  });

  it('gives the same in one piece', async () => {
    const { lines, done } = asked({ tools, think: true, stream: false });
    await done;
    expect(lines).toEqual([expect.objectContaining({ done: true, message: { role: 'assistant', content: '', thinking: 'I look.', tool_calls: [{ function: { name: 'search', arguments: { q: 'x' } } }] } })]);
  });

  it('does not think under a schema, nor unless it is asked to', async () => {
    const schema = asked({ format: { type: 'object' }, think: true }, ['{}']);
    await schema.done;
    expect(schema.job()).toMatchObject({ markers: false, grammar: expect.any(String) });
    expect(schema.job().parts.map(({ text }) => text).join('')).toMatch(/<\|turn>model\n<\|channel>thought\n<channel\|>$/);
    const plain = asked({}, ['Hello']);
    await plain.done;
    expect(plain.job().parts.map(({ text }) => text).join('')).not.toContain('<|think|>');
  });
});
