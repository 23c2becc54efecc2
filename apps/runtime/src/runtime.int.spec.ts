import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ollama } from 'ollama';
import { gemma270m, llamaLibraries, minilmGguf, TOOLS_DIR } from '#platform/stack';
import { PROJECT_ROOT } from '#platform';
import { Child } from '#test/harness/child';

/** Gemma 3 270M is a base model: what it says is not checked, how it is said is. */
const MODEL = 'gemma3:270m';
const SCHEMA = {
  type: 'object',
  properties: {
    claims: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: {
        type: 'object',
        properties: {
          text: { type: 'string', maxLength: 60 },
          passages: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', enum: ['p1', 'p2', 'p3'] } },
          sure: { type: 'boolean' },
          score: { type: 'integer', minimum: 0, maximum: 10 },
        },
        required: ['text', 'passages', 'sure', 'score'],
      },
    },
    note: { anyOf: [{ type: 'string', maxLength: 20 }, { type: 'null' }] },
  },
  required: ['claims'],
};
const LONG = 'The study enrolled 240 patients with hypertension and followed them for two years. '.repeat(30);

describe('embedded runtime with Gemma 3 270M and all-MiniLM-L6-v2', () => {
  let child: Child;
  let url: string;
  let client: Ollama;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-runtime-'));

  beforeAll(async () => {
    const setup = { toolsDir: TOOLS_DIR, report: (message: string) => void process.stderr.write(`• ${message}\n`) };
    child = new Child('runtime', {
      command: process.execPath,
      args: ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/runtime/src/main.ts')],
      env: {
        HOLDFAST_LLAMA_DIR: process.env['HOLDFAST_LLAMA_DIR'] ?? (await llamaLibraries(setup)),
        HOLDFAST_GGUF: process.env['HOLDFAST_GGUF'] ?? (await gemma270m(setup)),
        HOLDFAST_EMBED_GGUF: process.env['HOLDFAST_EMBED_GGUF'] ?? (await minilmGguf(setup)),
        HOLDFAST_MODEL: MODEL,
        HOLDFAST_EMBED_MODEL: 'all-minilm',
        HOLDFAST_MODEL_SLOTS: '3',
        HOLDFAST_RUNTIME_PORT: '0',
      },
      log: join(folder, 'runtime.log'),
      ready: /runtime ready on http/,
    });
    await child.start();
    url = /http:\S+/.exec(child.readyLine)![0];
    client = new Ollama({ host: url });
  }, 600_000);

  afterAll(async () => {
    await child?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const post = (path: string, body: object, signal?: AbortSignal): Promise<Response> =>
    fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) });
  const refusal = async (path: string, body: object): Promise<[number, string]> => {
    const response = await post(path, body);
    return [response.status, ((await response.json()) as { error: string }).error];
  };
  const ask = (content: string, options: object = {}, more: object = {}) =>
    client.chat({ model: MODEL, messages: [{ role: 'user', content }], options: { num_predict: 24, seed: 1, ...options }, ...more, stream: false });

  it("speaks to Ollama's own client", async () => {
    expect((await client.list()).models.map(({ name }) => name)).toEqual([MODEL, 'all-minilm:latest']);
    const shown = await client.show({ model: MODEL });
    expect(shown.capabilities).toEqual(['completion']);
    expect((shown.model_info as unknown as Record<string, unknown>)['gemma3.context_length']).toBe(32768);
    expect((await client.version()).version).toMatch(/llama\.cpp/);
  });

  it('loads a model with its first request, and keeps it', async () => {
    expect((await client.ps()).models).toEqual([]);
    await client.chat({ model: MODEL, messages: [], stream: false });
    expect((await client.ps()).models.map(({ name }) => name)).toEqual([MODEL]);
    const first = await ask('Hello', { num_predict: 1 });
    expect(first.load_duration).toBeLessThan(200e6);
  }, 60_000);

  it('streams a reply with its figures at the end', async () => {
    let text = '';
    let last;
    for await (const part of await client.chat({ model: MODEL, messages: [{ role: 'user', content: 'Count to five.' }], options: { num_predict: 12, seed: 3 }, stream: true })) {
      text += part.message.content;
      last = part;
    }
    expect(text.length).toBeGreaterThan(0);
    expect(last).toMatchObject({ done: true, prompt_eval_count: 13, eval_count: 12, done_reason: 'length' });
    expect(last!.eval_duration).toBeGreaterThan(0);
  }, 120_000);

  it('gives the same text for the same seed, whatever was asked between and whatever the cache holds', async () => {
    const first = await ask(`${LONG} What was measured?`);
    await ask(`${LONG} Who was enrolled, and where?`, { seed: 2 });
    const again = await ask(`${LONG} What was measured?`);
    const other = await ask(`${LONG} What was measured?`, { seed: 99 });
    expect(again.message.content).toBe(first.message.content);
    expect(other.message.content).not.toBe(first.message.content);
    expect(again.prompt_eval_count).toBe(first.prompt_eval_count);
    expect((again as unknown as { prompt_cached_count: number }).prompt_cached_count).toBeGreaterThanOrEqual(384);
  }, 300_000);

  it('serves several at once, and one with a seed as if it were alone', async () => {
    const questions = ['Tell a story.', `${LONG} What was measured?`, 'Count to ten.'];
    const alone: string[] = [];
    for (const [seed, question] of questions.entries()) alone.push((await ask(question, { seed })).message.content);
    const order: string[] = [];
    const stream = async (name: string, content: string, options: object): Promise<string> => {
      let text = '';
      for await (const part of await client.chat({ model: MODEL, messages: [{ role: 'user', content }], options: { num_predict: 24, ...options }, stream: true })) {
        text += part.message.content;
        if (order.at(-1) !== name) order.push(name);
      }
      return text;
    };
    const texts = await Promise.all([stream('seeded', questions[0]!, { seed: 0 }), stream('a', 'Describe a castle.', {}), stream('b', 'Describe a ship.', {})]);
    // Neither waits for the other to end.
    expect(order.filter((name) => name === 'seeded').length).toBeGreaterThan(1);
    expect(texts[0]).toBe(alone[0]);
    const again = await Promise.all(questions.map((question, seed) => stream(String(seed), question, { seed })));
    expect(again).toEqual(alone);
  }, 120_000);

  it('evaluates a quotation several tokens in one go, and writes what it writes token by token', async () => {
    const passage = 'Systolic pressure fell by 12 mmHg in the treated group and by 3 mmHg in the control group. Nine patients left because of dizziness, two because of cough.';
    const quote = async (options: object) => {
      const prompt = `Passage: "${passage}"\n\nThe passage again, word for word: "`;
      return (await client.generate({ model: MODEL, prompt, raw: true, options: { temperature: 0, seed: 5, repeat_penalty: 1, num_predict: 60, ...options }, stream: false })) as unknown as { response: string; eval_count: number; eval_foreseen_count: number };
    };
    const [ahead, plain] = [await quote({}), await quote({ lookup: false } as object)];
    expect([ahead.eval_count, plain.eval_count, plain.eval_foreseen_count]).toEqual([60, 60, 0]);
    expect(ahead.response).toBe(plain.response);
    expect(ahead.eval_foreseen_count).toBeGreaterThan(15);
    // A stop text within what was evaluated ahead ends the reply there, and what lies behind is taken back.
    const cut = await quote({ stop: ['dizziness'] });
    expect(cut.response).toBe(plain.response.slice(0, plain.response.indexOf('dizziness')));
    // What is drawn by a seed depends on nothing before it: neither on what was measured nor on what was taken back.
    const drawn = [await quote({ temperature: 0.8 }), (await quote({}), await quote({ temperature: 0.8 }))];
    expect([drawn[1]!.response, drawn[1]!.eval_foreseen_count]).toEqual([drawn[0]!.response, drawn[0]!.eval_foreseen_count]);
  }, 120_000);

  it('keeps the prompts of conversations that take turns', async () => {
    type Counted = { prompt_cached_count: number };
    const turn = async (who: string, more: string): Promise<number> => ((await ask(`${who} ${LONG} ${more}`, { num_predict: 1 })) as unknown as Counted).prompt_cached_count;
    await turn('Anna', 'What was measured?');
    await turn('Bert', 'What was measured?');
    expect(await turn('Anna', 'What was measured, and where?')).toBeGreaterThanOrEqual(384);
    expect(await turn('Bert', 'What was measured, and where?')).toBeGreaterThanOrEqual(384);
  }, 120_000);

  it('answers under a schema with JSON that satisfies it, for ten prompts', async () => {
    const prompts = ['blood pressure', 'Hamlet', 'aspirin', 'photosynthesis', 'a checkpoint', 'vaccines', 'Peru', 'a castle', 'the sky', 'insulin'];
    for (const [index, prompt] of prompts.entries()) {
      const reply = await ask(`What do you know about ${prompt}? Answer as JSON.`, { num_predict: 400, seed: index }, { format: SCHEMA });
      expect(reply.done_reason).toBe('stop');
      const { claims } = JSON.parse(reply.message.content) as { claims: { text: string; passages: string[]; sure: boolean; score: number }[] };
      expect([1, 2]).toContain(claims.length);
      for (const claim of claims) {
        expect(claim.text.length).toBeLessThanOrEqual(60);
        expect(claim.passages.every((id) => ['p1', 'p2', 'p3'].includes(id))).toBe(true);
        expect(typeof claim.sure).toBe('boolean');
        expect(claim.score).toBeGreaterThanOrEqual(0);
        expect(claim.score).toBeLessThanOrEqual(10);
      }
    }
  }, 600_000);

  it('says so when the budget ends inside JSON, and knows plain "json"', async () => {
    const cut = await ask('Describe a castle as JSON.', { num_predict: 4 }, { format: SCHEMA });
    expect([cut.done_reason, cut.eval_count]).toEqual(['length', 4]);
    const free = await ask('Describe a castle as JSON.', { num_predict: 100, temperature: 0 }, { format: 'json' });
    if (free.done_reason === 'stop') expect(typeof JSON.parse(free.message.content)).toBe('object');
  }, 120_000);

  it('stops at a stop text without showing it', async () => {
    const whole = await ask('Tell a story.', { num_predict: 20, temperature: 0 });
    const word = /\w{3,}/.exec(whole.message.content.slice(5))![0];
    const cut = await ask('Tell a story.', { num_predict: 20, temperature: 0, stop: [word] });
    expect(cut.done_reason).toBe('stop');
    expect(whole.message.content.startsWith(cut.message.content)).toBe(true);
    expect(cut.message.content).not.toContain(word);
  }, 120_000);

  it('parses a tool call that the model is led to make', async () => {
    const tools = [{ type: 'function', function: { name: 'search', parameters: { type: 'object', properties: { query: { type: 'string', maxLength: 30 } }, required: ['query'] } } }];
    const messages = ['aspirin', 'insulin', 'statins'].flatMap((query) => [
      { role: 'user', content: `Search for ${query}.` },
      { role: 'assistant', content: '', tool_calls: [{ function: { name: 'search', arguments: { query } } }] },
    ]);
    const reply = (await (
      await post('/api/chat', { model: MODEL, stream: false, messages: [...messages, { role: 'user', content: 'Search for vaccines.' }], tools, options: { temperature: 0, num_predict: 60 } })
    ).json()) as { message: { content: string; tool_calls?: { function: { name: string; arguments: { query: string } } }[] } };
    expect(reply.message.content).toBe('');
    expect(reply.message.tool_calls?.[0]?.function.name).toBe('search');
    expect(typeof reply.message.tool_calls?.[0]?.function.arguments.query).toBe('string');
  }, 120_000);

  it('generates from a raw prompt', async () => {
    const reply = await client.generate({ model: MODEL, prompt: 'The capital of France is', raw: true, options: { temperature: 0, num_predict: 8, repeat_penalty: 1 }, stream: false });
    expect(reply.prompt_eval_count).toBe(6);
    expect(reply.response?.length).toBeGreaterThan(0);
  }, 60_000);

  it('steers a request by a control vector and leaves no trace of it', async () => {
    const plain = await ask('Tell a story.', { temperature: 0 });
    const direction = Array.from({ length: 640 }, (_, i) => Math.sin(i * 7));
    const steered = await ask('Tell a story.', { temperature: 0, steer: { layer: 9, scale: 60, direction } });
    const after = await ask('Tell a story.', { temperature: 0 });
    expect(steered.message.content).not.toBe(plain.message.content);
    expect(after.message.content).toBe(plain.message.content);
  }, 120_000);

  it('reads an axis for every token and moves it where it is told to, in the same token', async () => {
    type Traced = { message: { content: string }; axes: { tokens: { projections: number[]; shifts: number[] }[]; corrected: number } };
    const direction = Array.from({ length: 640 }, (_, i) => Math.sin(i * 7));
    const axis = (layer: number, correct?: object) => ({ name: `a${layer}`, layer, direction, ...(correct && { correct }) });
    const traced = async (axes: object[]): Promise<Traced> => (await ask('Tell a story.', { temperature: 0, axes })) as unknown as Traced;
    const plain = await ask('Tell a story.', { temperature: 0 });
    const read = await traced([axis(9)]);
    expect(read.message.content).toBe(plain.message.content);
    expect(read.axes.tokens).toHaveLength(24);
    expect(read.axes.corrected).toBe(0);
    // Read twice in one layer, the second sees what the first left there.
    const [first] = (await traced([axis(9, { mode: 'clamp', low: 4000, high: 4100 }), axis(9)])).axes.tokens;
    expect(first!.projections[0]).toBeCloseTo(read.axes.tokens[0]!.projections[0]!, 3);
    expect(first!.projections[1]).toBeCloseTo(4000, 0);
    const fixed = await traced([axis(9, { mode: 'fixed', by: 3000 })]);
    expect(fixed.axes.corrected).toBe(24);
    expect(fixed.message.content).not.toBe(plain.message.content);
    const wide = await traced([axis(9, { mode: 'clamp', low: -1e6, high: 1e6 })]);
    expect([wide.axes.corrected, wide.message.content]).toEqual([0, plain.message.content]);
    expect((await ask('Tell a story.', { temperature: 0 })).message.content).toBe(plain.message.content);
  }, 120_000);

  it('refuses axes of another model, width or layer', async () => {
    const of = (more: object) => ({ model: MODEL, messages: [{ role: 'user', content: 'x' }], options: { axes: [{ name: 'a', layer: 9, direction: Array(640).fill(1), ...more }] } });
    expect(await refusal('/api/chat', of({ model_digest: 'f'.repeat(64) }))).toEqual([409, expect.stringContaining('another model')]);
    expect(await refusal('/api/chat', of({ direction: [1] }))).toEqual([400, expect.stringContaining('640 wide')]);
    expect(await refusal('/api/chat', of({ layer: 18 }))).toEqual([400, expect.stringContaining('layers 0 to 17')]);
  });

  it("reads a text's residual stream and how likely the text is", async () => {
    const read = async (more: object) => (await (await post('/api/residual', { model: MODEL, context: 'The capital of France', text: ' is Paris.', ...more })).json()) as { tokens: number; vectors: number[][]; log_loss: number };
    const { tokens, vectors } = await read({ layers: [0, 9] });
    expect([tokens, vectors.length, vectors[1]!.length]).toEqual([3, 2, 640]);
    expect(Math.hypot(...vectors[1]!)).toBeGreaterThan(Math.hypot(...vectors[0]!));
    const likely = await read({ perplexity: true });
    const unlikely = await read({ perplexity: true, text: ' purple the of of' });
    expect(likely.log_loss).toBeLessThan(unlikely.log_loss);
  }, 60_000);

  it('gives up a reply soon after its client left, and serves the next', async () => {
    const leaving = new AbortController();
    const response = await post('/api/chat', { model: MODEL, messages: [{ role: 'user', content: 'Write a very long story.' }], options: { num_predict: 3000 } }, leaving.signal);
    await response.body!.getReader().read();
    const waiting = post('/api/chat', { model: MODEL, messages: [{ role: 'user', content: 'I leave while I wait.' }] }, leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    const started = performance.now();
    await ask('Hello', { num_predict: 1 });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(((await client.ps()).models[0] as unknown as { queue_depth: number }).queue_depth).toBe(0);
  }, 120_000);

  it('refuses a prompt that does not fit and never cuts it', async () => {
    const messages = [{ role: 'user', content: LONG }];
    expect(await refusal('/api/chat', { model: MODEL, messages, options: { num_ctx: 256 } })).toEqual([400, expect.stringMatching(/the prompt is too long: \d+ tokens .* num_ctx 256/)]);
  }, 60_000);

  it('makes room for a larger num_ctx than any before', async () => {
    const reply = await ask('Hello', { num_ctx: 8192, num_predict: 2 });
    expect(reply.eval_count).toBe(2);
    expect(((await client.ps()).models[0] as unknown as { context_length: number }).context_length).toBe(8192);
  }, 60_000);

  it("answers errors in Ollama's form", async () => {
    expect(await refusal('/api/chat', { model: 'gemma4:e4b', messages: [] })).toEqual([404, "model 'gemma4:e4b' not found"]);
    expect(await refusal('/api/chat', { messages: 'none' })).toEqual([400, expect.stringContaining('model')]);
    expect(await refusal('/api/chat', { model: MODEL, messages: [{ role: 'user', content: 'x' }], think: true })).toEqual([400, expect.stringContaining('does not support thinking')]);
    expect(await refusal('/api/chat', { model: MODEL, messages: [{ role: 'user', content: 'x' }], format: { type: 'string', pattern: 'a' } })).toEqual([400, expect.stringContaining('"pattern"')]);
    expect(await refusal('/api/chat', { model: 'all-minilm', messages: [] })).toEqual([400, expect.stringContaining('does not support chat')]);
    expect((await fetch(`${url}/api/chat`, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(`${url}/api/chat`)).status).toBe(405);
    expect((await fetch(`${url}/api/pull`, { method: 'POST' })).status).toBe(404);
  });

  it('embeds as all-MiniLM-L6-v2 does', async () => {
    const { embeddings } = await client.embed({ model: 'all-minilm', input: ['cat', 'kitten', 'markets'] });
    const cosine = (a: number[], b: number[]): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    const [cat, kitten, markets] = embeddings as [number[], number[], number[]];
    expect(cat).toHaveLength(384);
    // From the published weights in float32 with numpy: 0.7882 and 0.1925.
    expect(cosine(cat, kitten)).toBeCloseTo(0.788, 2);
    expect(cosine(cat, markets)).toBeCloseTo(0.192, 2);
    const long = 'patient '.repeat(600);
    expect((await client.embed({ model: 'all-minilm', input: long })).embeddings).toHaveLength(1);
    expect(await refusal('/api/embed', { model: 'all-minilm', input: long, truncate: false })).toEqual([400, expect.stringContaining('exceeds the context length')]);
    expect(await refusal('/api/embed', { model: MODEL, input: 'x' })).toEqual([400, expect.stringContaining('does not support embeddings')]);
  }, 120_000);

  it('embeds a question before the passages that came first', async () => {
    const order: string[] = [];
    const passages = client.embed({ model: 'all-minilm', input: Array.from({ length: 24 }, (_, i) => `${i} ${LONG.slice(0, 900)}`) }).then(() => order.push('passages'));
    const question = client.embed({ model: 'all-minilm', input: 'What was measured?' }).then(() => order.push('question'));
    await Promise.all([passages, question]);
    expect(order).toEqual(['question', 'passages']);
  }, 120_000);

  it('answers other requests, embeddings too, while it generates', async () => {
    const leaving = new AbortController();
    const response = await post('/api/chat', { model: MODEL, messages: [{ role: 'user', content: 'Write a very long story.' }], options: { num_predict: 3000 } }, leaving.signal);
    await response.body!.getReader().read();
    const delays: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const started = performance.now();
      await client.version();
      delays.push(performance.now() - started);
    }
    const embedded = await client.embed({ model: 'all-minilm', input: 'a short text' });
    leaving.abort();
    delays.sort((a, b) => a - b);
    // A decode takes the worker 13 to 100 ms on a busy machine; the main thread must not wait for one.
    expect(delays[10]).toBeLessThan(100);
    expect(embedded.embeddings).toHaveLength(1);
  }, 120_000);
});
