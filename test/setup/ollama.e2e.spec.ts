import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ollamaMissing, startTestOllama, type TestOllama } from './ollama.js';

const suite = ollamaMissing === undefined ? describe : describe.skip;

suite(`a real Ollama server${ollamaMissing === undefined ? '' : ` (skipped: ${ollamaMissing})`}`, () => {
  let ollama: TestOllama;
  beforeAll(async () => void (ollama = await startTestOllama()), 600_000);
  afterAll(() => ollama?.stop(), 60_000);

  const post = async (path: string, body: object) => {
    const response = await fetch(`${ollama.url}${path}`, { method: 'POST', body: JSON.stringify({ stream: false, ...body }) });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };

  it('answers with Gemma 3 270M under a schema', async () => {
    const format = { type: 'object', properties: { colour: { enum: ['red', 'green'] } }, required: ['colour'] };
    const answer = await post('/api/chat', { model: 'gemma3:270m', format, options: { temperature: 0, num_ctx: 2048, num_predict: 60 }, messages: [{ role: 'user', content: 'Which colour is grass? Answer as JSON.' }] });
    const { content } = answer['message'] as { content: string };
    expect(['red', 'green']).toContain((JSON.parse(content) as { colour: string }).colour);
  }, 120_000);

  it('embeds with all-MiniLM-L6-v2 as published: cat is near kitten and far from markets', async () => {
    const { embeddings } = (await post('/api/embed', { model: 'all-minilm', input: ['cat', 'kitten', 'markets'] })) as { embeddings: number[][] };
    const [cat, kitten, markets] = embeddings as [number[], number[], number[]];
    const cosine = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));
    expect(cat).toHaveLength(384);
    expect(cosine(cat, kitten)).toBeGreaterThan(cosine(cat, markets) + 0.3);
  }, 120_000);
});
