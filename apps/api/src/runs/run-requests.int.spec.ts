import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { acceptedSchema, problemSchema } from '#contracts';
import { createPool, type Pool } from '#store';
import { RunRows } from '../testing/run-rows.js';
import { testDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

/** Temporal is not there in this file: what the API does is complete without it. */
describe('what people ask of a run', () => {
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

  const problem = (res: request.Response, status: number, code: string) => {
    expect(res.status).toBe(status);
    expect(res.type).toBe('application/problem+json');
    expect(problemSchema.parse(JSON.parse(res.text))).toMatchObject({ status, code, instance: expect.any(String) });
    return JSON.parse(res.text) as { detail: string; runId?: string; errors?: { path: string; message: string }[] };
  };

  const ask = (runId: string, what: string, body: object = {}) => request(api.url).post(`/v1/runs/${runId}/${what}`).send(body);
  const inbox = async (runId: string) => (await rows.tx((tx) => tx.query<{ n: number; kind: string; data: unknown }>('select n, kind, data from inbox where run_id = $1 order by n', [runId]))).rows;
  const running = async (more: Parameters<RunRows['run']>[0] = {}) => {
    const ref = await rows.run(more);
    await rows.start(ref);
    return ref;
  };

  it('numbers messages in the order in which they were accepted', async () => {
    const { runId } = await running();
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => ask(runId, 'messages', { text: `m${i}` })));
    expect(answers.map((a) => acceptedSchema.parse(a.body).number).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(answers.every((a) => a.status === 202)).toBe(true);
  });

  it('takes a message once under one key', async () => {
    const { runId } = await running();
    const send = (text: string) => ask(runId, 'messages', { text }).set('Idempotency-Key', 'k');
    const [first, second] = [await send('a'), await send('a')];
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    problem(await send('b'), 422, 'idempotency_mismatch');
    expect(await inbox(runId)).toHaveLength(1);
  });

  it('refuses a message without text', async () => {
    const { runId } = await running();
    problem(await ask(runId, 'messages'), 400, 'validation_failed');
    problem(await ask(runId, 'messages', { text: '' }), 400, 'validation_failed');
  });

  it('refuses anything of a run that has ended, with a hint', async () => {
    const ref = await running();
    await rows.end(ref, 'completed');
    for (const what of ['cancel', 'pause']) problem(await ask(ref.runId, what), 409, 'run_ended');
    problem(await ask(ref.runId, 'messages', { text: 'x' }), 409, 'run_ended');
    expect(problem(await ask(ref.runId, 'resume'), 409, 'not_resumable').detail).toContain('Fork');
  });

  it('cancels a queued run here and now', async () => {
    const { runId } = await rows.run();
    expect((await ask(runId, 'cancel', { reason: 'no need' }).expect(202)).body).toEqual({ runId, status: 'cancelled', number: 1 });
    const { body } = await request(api.url).get(`/v1/runs/${runId}`);
    expect(body).toMatchObject({ status: 'cancelled', endedAt: expect.any(String) });
  });

  it('cancels a running run gracefully: a row, then the status', async () => {
    const { runId } = await running();
    expect((await ask(runId, 'cancel').expect(202)).body).toMatchObject({ status: 'cancelling', number: 1 });
    expect((await ask(runId, 'cancel').expect(202)).body).toMatchObject({ status: 'cancelling', number: null });
    expect(await inbox(runId)).toEqual([{ n: 1, kind: 'cancel', data: { mode: 'graceful' } }]);
    problem(await ask(runId, 'messages', { text: 'x' }), 409, 'run_ended');
    problem(await ask(runId, 'cancel', { mode: 'brutal' }), 400, 'validation_failed');
  });

  it('terminates at once', async () => {
    const { runId } = await running();
    expect((await ask(runId, 'cancel', { mode: 'terminate' }).expect(202)).body).toMatchObject({ status: 'cancelled' });
    problem(await ask(runId, 'cancel', { mode: 'terminate' }), 409, 'run_ended');
  });

  it('pauses and resumes through the inbox, once each', async () => {
    const ref = await running();
    expect((await ask(ref.runId, 'resume').expect(202)).body).toMatchObject({ status: 'running', number: null });
    expect((await ask(ref.runId, 'pause').expect(202)).body).toMatchObject({ status: 'running', number: 1 });
    expect((await ask(ref.runId, 'pause').expect(202)).body).toMatchObject({ number: null });
    expect((await ask(ref.runId, 'resume').expect(202)).body).toMatchObject({ number: 2 });
    await rows.status(ref, 'paused');
    await rows.tx((tx) => tx.query('update inbox set applied_at = now() where run_id = $1', [ref.runId]));
    expect((await ask(ref.runId, 'pause').expect(202)).body).toMatchObject({ status: 'paused', number: null });
    expect((await ask(ref.runId, 'resume', { limits: { maxSteps: 50 } }).expect(202)).body).toMatchObject({ status: 'paused', number: 3 });
    expect((await inbox(ref.runId)).map((i) => i.kind)).toEqual(['pause', 'resume', 'resume']);
    expect((await request(api.url).get(`/v1/runs/${ref.runId}`)).body.limits).toEqual({ maxSteps: 50, maxTokens: 1_000, maxSeconds: 600 });
  });

  it('takes a run that reached a limit up again, with higher ones', async () => {
    const ref = await running({ limits: { maxSteps: 1, maxTokens: 1_000, maxSeconds: 600 } });
    await rows.step(ref, 1, 0);
    await rows.end(ref, 'limit_reached');
    expect(problem(await ask(ref.runId, 'messages', { text: 'x' }), 409, 'run_ended').detail).toContain('Resume');
    expect(problem(await ask(ref.runId, 'resume'), 400, 'validation_failed').errors).toEqual([{ path: 'limits.maxSteps', message: expect.stringContaining('used up') }]);
    expect((await ask(ref.runId, 'resume', { limits: { maxSteps: 5 } }).expect(202)).body).toEqual({ runId: ref.runId, status: 'queued', number: null });
    const { body } = await request(api.url).get(`/v1/runs/${ref.runId}`);
    expect(body).toMatchObject({ status: 'queued', endedAt: null, limits: { maxSteps: 5 }, head: { step: 1 } });
    const { data } = (await request(api.url).get(`/v1/runs/${ref.runId}/events?types=run.resumed,run.finished`)).body;
    expect(data.map((e: { type: string }) => e.type)).toEqual(['run.finished', 'run.resumed']);
  });

  it('does not resume into a thread that has another live run', async () => {
    const threadId = uuidv7();
    const ref = await running({ threadId });
    await rows.end(ref, 'drift_stopped');
    await rows.run({ threadId });
    problem(await ask(ref.runId, 'resume'), 409, 'thread_busy');
  });

  it('refuses to delete a live run, and deletes an ended one with what only it pointed at', async () => {
    const ref = await running({ input: { text: 'only mine', times: 1 } });
    const other = await rows.run({ input: { text: 'shared', times: 1 } });
    await rows.tx((tx) => tx.query(`update runs set result_hash = (select input_hash from runs where run_id = $2) where run_id = $1`, [ref.runId, other.runId]));
    await rows.step(ref, 1, 0);
    problem(await request(api.url).delete(`/v1/runs/${ref.runId}`), 409, 'run_live');
    await rows.end(ref, 'completed');
    await request(api.url).delete(`/v1/runs/${ref.runId}`).expect(204);
    problem(await request(api.url).delete(`/v1/runs/${ref.runId}`), 404, 'not_found');
    const left = await rows.tx((tx) => tx.query<{ body: string }>('select body from contents where body in ($1, $2)', [JSON.stringify({ text: 'only mine', times: 1 }), JSON.stringify({ text: 'shared', times: 1 })]));
    expect(left.rows.map((r) => r.body)).toEqual([JSON.stringify({ text: 'shared', times: 1 })]);
    expect((await request(api.url).get(`/v1/runs/${other.runId}`)).body.input).toEqual({ text: 'shared', times: 1 });
  });

  it('knows no other run', async () => {
    for (const what of ['cancel', 'pause', 'resume']) problem(await ask(uuidv7(), what), 404, 'not_found');
    problem(await ask(uuidv7(), 'messages', { text: 'x' }), 404, 'not_found');
    problem(await request(api.url).delete(`/v1/runs/${uuidv7()}`), 404, 'not_found');
  });
});
