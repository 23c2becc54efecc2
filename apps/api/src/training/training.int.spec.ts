import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { type AuditEntry, LOCAL_TENANT, type RunRef, type TrainingMessage, type TrainingRun, trainingRunSchema } from '#contracts';
import { createPool, createRunKey, destroyRunKey, type Pool, putContents, sealedWith } from '#store';
import { RunRows } from '../testing/run-rows.js';
import { testDatabase } from '#test/setup/servers';
import { until } from '#test/harness/until';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

describe('training data', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-training-'));

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, env: { HOLDFAST_DATA_DIR: folder } });
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A run with these steps, each its number, its parent and the verdict on it, that ended at the last. */
  const recorded = async (agent: string, steps: [n: number, parent: number, verdict: string][], more: Parameters<RunRows['run']>[0] = {}): Promise<RunRef> => {
    const ref = await rows.run({ agent, ...more });
    await rows.start(ref);
    for (const [n, parent, verdict] of steps) {
      await rows.step(ref, n, parent);
      await rows.tx((tx) => tx.query(`update steps set drift = jsonb_set(drift, '{verdict}', to_jsonb($3::text)) where run_id = $1 and step = $2`, [ref.runId, n, verdict]));
    }
    await rows.end(ref, 'completed');
    return ref;
  };
  const exported = async (query: Record<string, string>): Promise<{ runs: TrainingRun[]; leftOut: string | undefined }> => {
    const res = await request(api.url).get('/v1/training/export').query(query).buffer(true).parse((from, done) => {
      let text = '';
      from.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => done(null, text));
    });
    expect([res.status, res.type]).toEqual([200, 'application/x-ndjson']);
    const lines = String(res.body).split('\n');
    expect(lines.pop()).toBe('');
    return { runs: lines.map((line) => trainingRunSchema.parse(JSON.parse(line))), leftOut: res.headers['holdfast-left-out'] as string | undefined };
  };
  const learned = (run: TrainingRun): string[] => run.messages.filter((m) => m.train).map((m) => m.content);

  it('is the branch that led to the end, with the calibrated turns marked and everything else masked', async () => {
    await recorded('echo', [[1, 0, 'ok'], [2, 1, 'ok'], [3, 2, 'overacting'], [4, 1, 'ok'], [5, 4, 'suspect'], [6, 5, 'ok']]);
    const { runs: [run], leftOut } = await exported({ agent: 'echo' });
    expect(leftOut).toBe('0');
    expect(learned(run!)).toEqual(['turn 1', 'turn 4', 'turn 6']);
    expect(run!.messages.map((m) => m.step)).toEqual([0, 1, 1, 4, 4, 5, 5, 6, 6]);
    expect(run!.messages.filter((m) => m.role !== 'assistant').some((m) => m.train)).toBe(false);
    expect(run!.messages[0]).toEqual({ role: 'user', content: '{"text":"hi","times":1}', step: 0, train: false });
    expect(run!.messages[1]).toMatchObject({ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'say', arguments: { text: 'x' } } }] });
    expect(run!.messages[2]).toMatchObject({ role: 'tool', name: 'say', content: 'answer 1' } satisfies Partial<TrainingMessage>);
    const { runs: [any] } = await exported({ agent: 'echo', verdict: 'any' });
    expect(learned(any!)).toEqual(['turn 1', 'turn 4', 'turn 5', 'turn 6']);
  });

  it('has no run of which nothing is to be learned, nor one that is live or did not complete', async () => {
    await recorded('scholar', [[1, 0, 'overthinking']]);
    const live = await rows.run({ agent: 'scholar' });
    await rows.start(live);
    await rows.step(live, 1, 0);
    const stopped = await rows.run({ agent: 'scholar' });
    await rows.start(stopped);
    await rows.step(stopped, 1, 0);
    await rows.tx((tx) => tx.query(`update steps set drift = jsonb_set(drift, '{verdict}', '"ok"') where run_id = $1`, [stopped.runId]));
    await rows.end(stopped, 'limit_reached');
    expect((await exported({ agent: 'scholar' })).runs).toEqual([]);
    expect((await exported({ agent: 'scholar', status: 'ended' })).runs.map((r) => r.runId)).toEqual([stopped.runId]);
  });

  it('leaves sensitive runs out until somebody releases them, says so, and writes down who', async () => {
    const keyId = uuidv7();
    const key = await createRunKey(keyId);
    const ref = await sealedWith(key, () => recorded('scholar', [[1, 0, 'ok']], { sensitive: true, keyId }));
    expect(await exported({ agent: 'scholar' })).toEqual({ runs: [], leftOut: '1' });
    const release = () => request(api.url).post(`/v1/runs/${ref.runId}/training-release`).send({ reason: 'she agreed' });
    const first = await release().expect(200);
    expect((await release().expect(200)).body).toEqual(first.body);
    const { rows: [kept] } = await rows.tx((tx) => tx.query<{ reason: string; enc: number }>('select reason, enc from training_releases where run_id = $1', [ref.runId]));
    expect([kept!.enc, kept!.reason.includes('agreed')]).toEqual([1, false]);
    const { runs, leftOut } = await exported({ agent: 'scholar' });
    expect([runs.map(learned), leftOut]).toEqual([[['turn 1']], '0']);
    await request(api.url).delete(`/v1/runs/${ref.runId}/training-release`).expect(204);
    expect(await exported({ agent: 'scholar' })).toEqual({ runs: [], leftOut: '1' });
    const log = (await request(api.url).get('/v1/audit').query({ runId: ref.runId })).body as { data: AuditEntry[] };
    expect(log.data.map((e) => e.action)).toEqual(['training.released', 'training.exported', 'training.withdrawn']);
    await release().expect(200);
    await destroyRunKey(keyId);
    expect((await exported({ agent: 'scholar' })).runs).toEqual([]);
  });

  it('refuses an agent that is not there, and a run that is not there', async () => {
    expect((await request(api.url).get('/v1/training/export').query({ agent: 'nobody' })).status).toBe(404);
    expect((await request(api.url).get('/v1/training/export')).status).toBe(400);
    expect((await request(api.url).post(`/v1/runs/${uuidv7()}/training-release`).send({ reason: 'x' })).status).toBe(404);
  });

  it('holds a page of a long run in memory and not the run', async () => {
    const ref = await rows.run({ agent: 'echo', tags: ['long'] });
    await rows.start(ref);
    const [steps, bytes] = [600, 200_000];
    // Written as rows: 120 MB through the functions of a step would take minutes.
    await rows.tx(async (tx) => {
      const [hash] = await putContents(tx, LOCAL_TENANT, ['x'.repeat(bytes)]);
      await tx.query(`insert into steps (tenant_id, run_id, step, parent, attempt, state, digest, drift) select $1, $2, n, n - 1, 1, 'closed', '{}', '{"verdict":"ok","reasons":[]}' from generate_series(1, $3::int) n`, [LOCAL_TENANT, ref.runId, steps]);
      await tx.query(`insert into messages (tenant_id, run_id, step, attempt, ordinal, role, hash, tokens) select $1, $2, n, 1, 0, 'assistant', $4, 1 from generate_series(1, $3::int) n`, [LOCAL_TENANT, ref.runId, steps, hash]);
      await tx.query('update run_heads set head_step = $2, next_step = $2 + 1 where run_id = $1', [ref.runId, steps]);
    });
    await rows.end(ref, 'completed');
    const sockets: Socket[] = [];
    api.app.getHttpServer().on('connection', (socket: Socket) => sockets.push(socket));
    const answer = await fetch(`${api.url}/v1/training/export?agent=echo`, { headers: { connection: 'close' } });
    const reader = answer.body!.getReader();
    let read = (await reader.read()).value!.length;
    // The reader stands still: the server must come to a halt with a page or two in hand.
    let before = -1;
    const halted = await until('the server to wait for its reader', async () => {
      const socket = sockets.at(-1)!;
      const still = before === socket.bytesWritten;
      before = socket.bytesWritten;
      return still ? socket : null;
    }, 20_000, 300);
    expect(halted.writableLength).toBeLessThan(10 * 2 ** 20);
    expect(halted.bytesWritten).toBeLessThan((steps * bytes) / 2);
    for (let next = await reader.read(); !next.done; next = await reader.read()) read += next.value.length;
    expect(read).toBeGreaterThan(steps * bytes);
  });
});
