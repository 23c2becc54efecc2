import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { artifactViewSchema, checkpointViewSchema, problemSchema, runPageSchema, runViewSchema, stepPageSchema, stepViewSchema } from '#contracts';
import { createPool, type Pool } from '#store';
import { RunRows } from '../testing/run-rows.js';
import { testDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

/** Temporal is not there in this file: what the API does is complete without it. */
describe('runs', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  const create = (body: object, headers: Record<string, string> = {}) => request(api.url).post('/v1/runs').set(headers).send(body);
  const echo = { agent: 'echo', input: { text: 'hi' } };
  const problem = (res: request.Response, status: number, code: string) => {
    expect(res.status).toBe(status);
    expect(res.type).toBe('application/problem+json');
    expect(problemSchema.parse(JSON.parse(res.text))).toMatchObject({ status, code, instance: expect.any(String) });
    return JSON.parse(res.text) as { detail: string; runId?: string; errors?: { path: string; message: string }[] };
  };

  describe('POST /v1/runs', () => {
    it('accepts a run while Temporal is down, and queues it', async () => {
      const res = await create({ ...echo, tags: ['a', 'b'], limits: { maxSteps: 3 }, priority: 'batch', model: 'gemma' });
      expect(res.status).toBe(202);
      expect(runViewSchema.parse(res.body)).toMatchObject({
        status: 'queued',
        agentVersion: '1',
        input: { text: 'hi', times: 1 },
        result: null,
        tags: ['a', 'b'],
        limits: { maxSteps: 3, maxTokens: 1_000, maxSeconds: 600 },
        limitsLeft: { maxSteps: 3, maxTokens: 1_000, maxSeconds: 600 },
        priority: 'batch',
        model: 'gemma',
        temporal: { workflowId: `run-${res.body.id}`, webUrl: `http://127.0.0.1:8233/namespaces/default/workflows/run-${res.body.id}` },
      });
      expect(res.headers['location']).toBe(`/v1/runs/${res.body.id}`);
      const read = await request(api.url).get(res.headers['location']!);
      expect(read.body).toEqual({ ...res.body, bytes: expect.any(Number), queue: null });
    });

    it.each<[string, object, number, string, string | null]>([
      ['an unknown agent', { agent: 'nobody' }, 404, 'unknown_agent', null],
      ['no agent', {}, 400, 'validation_failed', 'agent'],
      ['an input that the contract refuses', { agent: 'echo', input: { text: '' } }, 400, 'validation_failed', 'input.text'],
      ['an input with fields that the contract lacks', { agent: 'echo', input: { text: 'x', shout: true } }, 400, 'validation_failed', 'input'],
      ['unknown fields', { ...echo, tenant: 'other' }, 400, 'validation_failed', ''],
      ['a missing corpus', { agent: 'scholar', input: { text: 'x' } }, 400, 'validation_failed', 'corpusId'],
      ['a corpus that is not there', { agent: 'scholar', input: { text: 'x' }, corpusId: uuidv7() }, 400, 'validation_failed', 'corpusId'],
      ['limits below 1', { ...echo, limits: { maxSteps: 0 } }, 400, 'validation_failed', 'limits.maxSteps'],
      ['a time that is none', { ...echo, startAt: 'tomorrow' }, 400, 'validation_failed', 'startAt'],
      ['NUL in a tag', { ...echo, tags: ['a\0b'] }, 400, 'validation_failed', null],
    ])('refuses %s', async (_, body, status, code, path) => {
      const { errors } = problem(await create(body), status, code);
      if (path !== null) expect(errors?.map((e) => e.path)).toContain(path);
    });

    it('keeps text that Postgres cannot hold as it can', async () => {
      const res = await create({ agent: 'echo', input: { text: 'a\0b \u{1F600} \ud800' } });
      expect(res.status).toBe(202);
    });

    it.each<[string, string, string, number, string]>([
      ['malformed JSON', '{"agent":', 'application/json', 400, 'validation_failed'],
      ['JSON that is no object', '"x"', 'application/json', 400, 'validation_failed'],
      ['a list', '[]', 'application/json', 400, 'validation_failed'],
      ['a body that is no JSON', 'agent=echo', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
      ['a body over 24 MB', JSON.stringify({ agent: 'echo', input: { text: 'x'.repeat(24 * 1024 * 1024) } }), 'application/json', 413, 'body_too_large'],
      ['a body nested without end', `{"agent":"echo","input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'application/json', 400, 'validation_failed'],
      ['a body in a charset that nobody reads', '{}', 'application/json; charset=utf-77', 415, 'unsupported_media_type'],
    ])('refuses %s', async (_, body, type, status, code) => {
      const res = await request(api.url).post('/v1/runs').set('Content-Type', type).send(body);
      expect(problem(res, status, code).detail).not.toContain('SyntaxError');
    });

    it('has no prototype to pollute', async () => {
      const res = await request(api.url).post('/v1/runs').set('Content-Type', 'application/json').send('{"agent":"echo","input":{"text":"x"},"__proto__":{"polluted":1}}');
      expect([202, 400]).toContain(res.status);
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    });

    it('allows one live run a thread', async () => {
      const threadId = uuidv7();
      const first = await create({ ...echo, threadId });
      expect(first.status).toBe(202);
      problem(await create({ ...echo, threadId }), 409, 'thread_busy');
      await request(api.url).post(`/v1/runs/${first.body.id}/cancel`).expect(202);
      expect((await create({ ...echo, threadId })).status).toBe(202);
    });

    it('waits for the end where it is asked to', async () => {
      const waiting = create(echo, { Prefer: 'wait=5', 'X-Test': 'wait' }).then((r) => r);
      let queued: { data: { id: string; tags: string[] }[] } = { data: [] };
      while (queued.data.length === 0) queued = (await request(api.url).get('/v1/runs?status=queued&limit=1')).body as typeof queued;
      const ref = { tenantId: '00000000-0000-7000-8000-000000000001', runId: queued.data[0]!.id };
      await rows.start(ref);
      await rows.end(ref, 'completed');
      const res = await waiting;
      expect(res.status).toBe(200);
      expect(res.headers['preference-applied']).toBe('wait=5');
      expect(res.body).toMatchObject({ id: ref.runId, status: 'completed' });
    });

    it('answers 202 when the wait was too short', async () => {
      const started = Date.now();
      const res = await create(echo, { Prefer: 'wait=1' });
      expect(res.status).toBe(202);
      expect(Date.now() - started).toBeGreaterThan(900);
    });
  });

  describe('Idempotency-Key', () => {
    it('gives the first answer again, with 200', async () => {
      const key = uuidv7();
      const first = await create(echo, { 'Idempotency-Key': key });
      const second = await create({ input: { text: 'hi' }, agent: 'echo' }, { 'Idempotency-Key': key });
      expect([first.status, second.status]).toEqual([202, 200]);
      expect(second.body).toEqual(first.body);
      expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true', location: first.headers['location'] });
      expect(first.headers['idempotency-replayed']).toBeUndefined();
    });

    it('gives it again after the run went on', async () => {
      const key = uuidv7();
      const first = await create(echo, { 'Idempotency-Key': key });
      await request(api.url).post(`/v1/runs/${first.body.id}/cancel`);
      expect((await create(echo, { 'Idempotency-Key': key })).body).toEqual(first.body);
      await request(api.url).delete(`/v1/runs/${first.body.id}`).expect(204);
      problem(await create(echo, { 'Idempotency-Key': key }), 404, 'not_found');
    });

    it('refuses another body under the same key', async () => {
      const key = uuidv7();
      await create(echo, { 'Idempotency-Key': key });
      problem(await create({ ...echo, tags: ['x'] }, { 'Idempotency-Key': key }), 422, 'idempotency_mismatch');
    });

    it('does not keep the key of a request that failed', async () => {
      const key = uuidv7();
      problem(await create({ agent: 'nobody' }, { 'Idempotency-Key': key }), 404, 'unknown_agent');
      expect((await create(echo, { 'Idempotency-Key': key })).status).toBe(202);
    });

    it('says that a request is in flight', async () => {
      const key = uuidv7();
      const holder = await pool.connect();
      try {
        await holder.query('begin');
        await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify(['00000000-0000-7000-8000-000000000001', 'POST /v1/runs', key])]);
        const res = await create(echo, { 'Idempotency-Key': key });
        problem(res, 409, 'idempotency_in_flight');
        expect(res.headers['retry-after']).toBe('1');
      } finally {
        await holder.query('rollback');
        holder.release();
      }
      expect((await create(echo, { 'Idempotency-Key': key })).status).toBe(202);
    });

    it('makes one run of many equal requests at once', async () => {
      const key = uuidv7();
      const answers = await Promise.all(Array.from({ length: 8 }, () => create(echo, { 'Idempotency-Key': key })));
      expect(answers.filter((a) => a.status === 202)).toHaveLength(1);
      expect(answers.every((a) => [200, 202, 409].includes(a.status))).toBe(true);
      const ids = new Set(answers.filter((a) => a.status < 300).map((a) => a.body.id as string));
      expect(ids.size).toBe(1);
    });

    it('refuses a key that is none', async () => {
      problem(await create(echo, { 'Idempotency-Key': 'x'.repeat(256) }), 400, 'validation_failed');
    });

    it('keeps no content', async () => {
      const key = uuidv7();
      await create({ agent: 'echo', input: { text: 'CANARY-IN-INPUT' } }, { 'Idempotency-Key': key });
      const { rows: kept } = await rows.tx((tx) => tx.query('select row_to_json(i)::text as row from idempotency i where key = $1', [key]));
      expect(kept[0].row).toContain('queued');
      expect(kept[0].row).not.toContain('CANARY');
    });
  });

  describe('reading', () => {
    it('pages through the list, newest first, by filter', async () => {
      const tag = `t-${uuidv7()}`;
      const made: string[] = [];
      for (let i = 0; i < 5; i++) made.unshift((await rows.run({ tags: [tag, `n${i}`] })).runId);
      const list = async (query: string) => runPageSchema.parse((await request(api.url).get(`/v1/runs?${query}`).expect(200)).body);
      const first = await list(`tag=${tag}&limit=2`);
      const second = await list(`tag=${tag}&limit=2&cursor=${first.nextCursor}`);
      const third = await list(`tag=${tag}&limit=2&cursor=${second.nextCursor}`);
      expect([first, second, third].flatMap((p) => p.data.map((r) => r.id))).toEqual(made);
      expect(third.nextCursor).toBeNull();
      expect(first.data[0]).not.toHaveProperty('input');
      expect((await list(`tag=${tag}&agent=scholar`)).data).toEqual([]);
      expect((await list(`tag=${tag}&status=completed,failed`)).data).toEqual([]);
      expect((await list(`tag=${tag}&status=queued&status=failed`)).data).toHaveLength(5);
      expect((await list(`tag=${tag}&createdAfter=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).data).toEqual([]);
      expect((await list(`threadId=${uuidv7()}`)).data).toEqual([]);
    });

    it.each(['limit=201', 'limit=0', 'cursor=x', 'status=sleeping', 'threadId=1', 'colour=red', 'createdAfter=today', 'createdAfter=2024-01-01T00:00:00-18:33'])('refuses ?%s', async (query) => {
      problem(await request(api.url).get(`/v1/runs?${query}`), 400, 'validation_failed');
    });

    it('shows how far a run is', async () => {
      const ref = await rows.run();
      await rows.start(ref);
      await rows.step(ref, 1, 0);
      await rows.result(ref, uuidv7());
      const { body } = await request(api.url).get(`/v1/runs/${ref.runId}`).expect(200);
      expect(runViewSchema.parse(body)).toMatchObject({
        status: 'running',
        model: 'gemma',
        result: { text: 'said' },
        usage: { steps: 1, promptTokens: 10, outputTokens: 5, thinkingTokens: 1, judge: { verdicts: 0, promptTokens: 0, outputTokens: 0, ms: 0 } },
        limitsLeft: { maxSteps: 9, maxTokens: 985 },
        drift: { overthinking: 0.25, overacting: 0.5, verdict: 'suspect', actions: 0 },
        head: { step: 1, checkpoint: 1 },
        lastEvent: 5,
      });
    });

    it('answers 304 until something of the run changes', async () => {
      const ref = await rows.run();
      const path = `/v1/runs/${ref.runId}`;
      const { etag } = (await request(api.url).get(path)).headers;
      expect((await request(api.url).get(path).set('If-None-Match', etag!)).status).toBe(304);
      await rows.event(ref, { type: 'tool.called', step: 1 });
      expect((await request(api.url).get(path).set('If-None-Match', etag!)).status).toBe(200);
    });

    it('knows no other id', async () => {
      for (const path of ['', '/events', '/steps', '/steps/1', '/checkpoints', '/checkpoints/0', '/artifacts', `/artifacts/${uuidv7()}`]) {
        const id = uuidv7();
        expect(problem(await request(api.url).get(`/v1/runs/${id}${path}`), 404, 'not_found').runId).toBe(id);
        problem(await request(api.url).get(`/v1/runs/1${path}`), 400, 'validation_failed');
      }
    });

    it('shows steps and checkpoints, and content on request only', async () => {
      const ref = await rows.run();
      await rows.start(ref);
      for (const [step, parent] of [[1, 0], [2, 1], [3, 1]] as const) await rows.step(ref, step, parent);
      const get = async (path: string) => (await request(api.url).get(`/v1/runs/${ref.runId}${path}`).expect(200)).body;
      const page = stepPageSchema.parse(await get('/steps?limit=2'));
      expect(page.data.map((s) => s.step)).toEqual([1, 2]);
      expect(stepPageSchema.parse(await get(`/steps?limit=2&cursor=${page.nextCursor}`))).toMatchObject({ data: [{ step: 3, parent: 1 }], nextCursor: null });
      const bare = stepViewSchema.parse(await get('/steps/1'));
      expect(bare).toMatchObject({ state: 'closed', attempts: 1, calls: [{ call: 0, tool: 'say', effect: 'read', state: 'done', failure: null, ms: 12 }], drift: { verdict: 'suspect' } });
      expect(JSON.stringify([bare, page])).not.toContain('turn 1');
      expect(stepViewSchema.parse(await get('/steps/1?include=content')).messages).toEqual([
        { role: 'assistant', content: 'turn 1', toolCalls: [{ name: 'say', args: { text: 'x' } }] },
        { role: 'tool', content: 'answer 1', toolName: 'say' },
      ]);
      expect(checkpointViewSchema.parse(await get('/checkpoints/2'))).not.toHaveProperty('state');
      expect(checkpointViewSchema.parse(await get('/checkpoints/0?include=content'))).toMatchObject({ step: 0, state: { done: 0 } });
      expect((await get('/checkpoints')).data.map((c: { step: number }) => c.step)).toEqual([0, 1, 2, 3]);
      problem(await request(api.url).get(`/v1/runs/${ref.runId}/steps/9`), 404, 'not_found');
      problem(await request(api.url).get(`/v1/runs/${ref.runId}/steps/1?include=everything`), 400, 'validation_failed');
    });

    it('gives an artifact as JSON, and as what else was asked for', async () => {
      const ref = await rows.run();
      const other = await rows.run();
      const artifactId = uuidv7();
      await rows.result(ref, artifactId);
      const path = `/v1/runs/${ref.runId}/artifacts`;
      expect((await request(api.url).get(path)).body).toMatchObject({ data: [{ id: artifactId, kind: 'answer', verified: true }], nextCursor: null });
      expect(artifactViewSchema.parse((await request(api.url).get(`${path}/${artifactId}`)).body)).toMatchObject({ content: { answer: 'said' }, evidence: [{ quote: 'said', page: 1 }] });
      const markdown = await request(api.url).get(`${path}/${artifactId}`).set('Accept', 'text/markdown');
      expect(markdown.type).toBe('text/markdown');
      expect(markdown.text).toContain('“said” (a.pdf, page 1; verified)');
      const html = await request(api.url).get(`${path}/${artifactId}`).set('Accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
      expect(html.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', vary: expect.stringContaining('Accept'), 'content-security-policy': expect.stringContaining("default-src 'none'") });
      expect(html.text).toContain('<li>[0] “said” (a.pdf, page 1; verified)</li>');
      const csv = await request(api.url).get(`${path}/${artifactId}`).set('Accept', 'text/csv');
      expect(csv.text).toBe('claim,document,page,quotation,verified\r\n0,a.pdf,1,said,yes\r\n');
      const word = await request(api.url).get(`${path}/${artifactId}`).set('Accept', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document').buffer().parse((res, done) => { const parts: Buffer[] = []; res.on('data', (part: Buffer) => parts.push(part)).on('end', () => done(null, Buffer.concat(parts))); });
      expect(word.headers['content-disposition']).toBe('attachment; filename="answer.docx"');
      expect((word.body as Buffer).subarray(0, 2).toString()).toBe('PK');
      expect((await request(api.url).get(`${path}/${artifactId}`).set('Accept', '*/*')).type).toBe('application/json');
      problem(await request(api.url).get(`/v1/runs/${other.runId}/artifacts/${artifactId}`), 404, 'not_found');
    });
  });
});
