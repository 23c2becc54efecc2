import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { eventPageSchema, type RunRef } from '#contracts';
import { createPool, type Pool } from '#store';
import { POOL } from '../core/tokens.js';
import { RunRows } from '../testing/run-rows.js';
import { testDatabase } from '#test/setup/servers';
import { SseReader } from '#test/harness/sse-reader';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('events', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;
  const readers: SseReader[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, timing: { pingMs: 50, stallMs: 400, pollMs: 300 } });
  });
  afterEach(() => {
    for (const r of readers.splice(0)) r.close();
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  const read = (ref: RunRef, query = '', headers: Record<string, string> = {}): SseReader => {
    const reader = new SseReader(`${api.url}/v1/runs/${ref.runId}/events${query}`, headers);
    readers.push(reader);
    return reader;
  };
  const page = async (ref: RunRef, query: string) => eventPageSchema.parse((await request(api.url).get(`/v1/runs/${ref.runId}/events?${query}`).expect(200)).body);

  it('gives pages as JSON', async () => {
    const ref = await rows.run();
    await rows.event(ref, ...upTo(6).map((step) => ({ type: 'tool.called' as const, step, data: { tool: 'say' } })));
    const first = await page(ref, 'limit=4');
    expect(first).toMatchObject({ nextCursor: '4', data: [{ seq: 1, type: 'run.queued' }, { seq: 2, step: 1, data: { tool: 'say' } }, { seq: 3 }, { seq: 4 }] });
    expect(await page(ref, `limit=4&after=${first.nextCursor}`)).toMatchObject({ nextCursor: null, data: [{ seq: 5 }, { seq: 6 }, { seq: 7 }] });
    expect(await page(ref, 'types=run.queued,run.finished')).toMatchObject({ data: [{ seq: 1 }], nextCursor: null });
    for (const bad of ['limit=501', 'after=-1', 'types=nonsense', 'x=1']) expect((await request(api.url).get(`/v1/runs/${ref.runId}/events?${bad}`)).body).toMatchObject({ code: 'validation_failed' });
  });

  it('streams what there is and what comes, pings between, and ends with the run', async () => {
    const ref = await rows.run();
    const reader = read(ref);
    await reader.until((m) => m.length >= 1);
    while (reader.comments < 2) await new Promise((go) => setTimeout(go, 20));
    await rows.event(ref, { type: 'step.started', step: 1, attempt: 1 });
    await rows.end(ref, 'completed');
    const messages = await reader.untilEnd();
    expect(messages.map((m) => `${m.id} ${m.event}`)).toEqual(['1 run.queued', '2 step.started', '3 status.changed', '4 run.finished']);
    expect(messages[1]!.data).toMatchObject({ runId: ref.runId, seq: 2, step: 1, attempt: 1 });
  });

  it('goes on after Last-Event-ID or after, and says 204 when there is no more to come', async () => {
    const ref = await rows.run();
    await rows.event(ref, { type: 'tool.called', step: 1 }, { type: 'tool.finished', step: 1 });
    await rows.end(ref, 'completed');
    const rest = [3, 4, 5];
    for (const reader of [read(ref, '', { 'last-event-id': '2' }), read(ref, '?after=2'), read(ref, '?after=0', { 'last-event-id': '2' })]) {
      await reader.untilEnd();
      expect(reader.ids).toEqual(rest);
    }
    const done = read(ref, '', { 'last-event-id': '5' });
    await done.untilEnd();
    expect([done.status, done.messages]).toEqual([204, []]);
  });

  it('says 410 once events are pruned', async () => {
    const ref = await rows.run();
    await rows.event(ref, { type: 'tool.called' }, { type: 'tool.finished' });
    await rows.tx((tx) => tx.query('delete from events where run_id = $1 and seq < 3', [ref.runId]));
    const res = await request(api.url).get(`/v1/runs/${ref.runId}/events`).set('Accept', 'text/event-stream');
    expect([res.status, JSON.parse(res.text).code]).toEqual([410, 'events_pruned']);
    expect((await page(ref, 'after=2')).data).toHaveLength(1);
  });

  it('loses and doubles nothing when a reader comes back again and again while events are written', async () => {
    const ref = await rows.run();
    const total = 400;
    const writing = (async () => {
      for (let n = 2; n < total - 1; n++) await rows.event(ref, { type: 'tool.called', step: n });
      await rows.end(ref, 'completed');
    })();
    const seen: number[] = [];
    for (let tries = 0; seen.at(-1) !== total && tries < 500; tries++) {
      const reader = read(ref, '', seen.length ? { 'last-event-id': String(seen.at(-1)) } : {});
      await reader.until((m) => m.length >= 37);
      reader.close();
      seen.push(...reader.ids);
    }
    await writing;
    expect(seen).toEqual(upTo(total));
  });

  it('serves many readers of one run with few reads', async () => {
    const ref = await rows.run();
    const watched = Array.from({ length: 30 }, () => read(ref));
    await Promise.all(watched.map((r) => r.until((m) => m.length >= 1)));
    const apiPool = api.app.get<Pool>(POOL);
    let transactions = 0;
    apiPool.on('acquire', () => transactions++);
    for (let i = 0; i < 20; i++) await rows.event(ref, { type: 'tool.called', step: i });
    await rows.end(ref, 'completed');
    await Promise.all(watched.map((r) => r.untilEnd()));
    for (const r of watched) expect(r.ids).toEqual(upTo(23));
    // A read for each of the 30 readers at each of the 21 commits would be 630.
    expect(transactions).toBeLessThan(70);
  });

  it('filters by type and still ends', async () => {
    const ref = await rows.run();
    const reader = read(ref, '?types=tool.called');
    await rows.event(ref, { type: 'step.started', step: 1 }, { type: 'tool.called', step: 1 });
    await reader.until((m) => m.length >= 1);
    await rows.end(ref, 'completed');
    await reader.untilEnd();
    expect(reader.messages.map((m) => m.event)).toEqual(['tool.called']);
  });

  it('streams the open text without ids, and gives it again to a reader that comes back', async () => {
    const ref = await rows.run();
    await rows.start(ref);
    const reader = read(ref, '?after=3');
    await rows.event(ref, { type: 'step.started', step: 1, attempt: 1 });
    for (const n of [0, 1, 2]) await rows.say(ref, { step: 1, attempt: 1, delivery: 1, n }, `w${n} `);
    await reader.until((m) => m.filter((x) => x.event === 'text.delta').length === 3);
    expect(reader.messages.filter((m) => m.event === 'text.delta').map((m) => [m.id, m.data!['text']])).toEqual([[undefined, 'w0 '], [undefined, 'w1 '], [undefined, 'w2 ']]);
    reader.close();
    const again = read(ref, '', { 'last-event-id': String(reader.ids.at(-1)) });
    await again.until((m) => m.length >= 4);
    expect(again.messages.map((m) => m.event)).toEqual(['step.attempt_reset', 'text.delta', 'text.delta', 'text.delta']);
    // Another delivery says it anew.
    await rows.tx((tx) => tx.query('delete from stream_chunks where run_id = $1', [ref.runId]));
    await rows.event(ref, { type: 'step.attempt_reset', step: 1, attempt: 1, data: { delivery: 2 } });
    await rows.say(ref, { step: 1, attempt: 1, delivery: 2, n: 0 }, 'W0 ');
    await again.until((m) => m.length >= 6);
    expect(again.messages.slice(4).map((m) => [m.id !== undefined, m.event])).toEqual([[true, 'step.attempt_reset'], [false, 'text.delta']]);
    await rows.end(ref, 'completed');
    await again.untilEnd();
  });

  it('goes on when a limit was raised after the end', async () => {
    const ref = await rows.run({ limits: { maxSteps: 1, maxTokens: 100, maxSeconds: 600 } });
    await rows.end(ref, 'limit_reached');
    const first = read(ref);
    await first.untilEnd();
    await request(api.url).post(`/v1/runs/${ref.runId}/resume`).send({ limits: { maxSteps: 5 } }).expect(202);
    const second = read(ref, '', { 'last-event-id': String(first.ids.at(-1)) });
    await second.until((m) => m.some((x) => x.event === 'run.resumed'));
    await rows.end(ref, 'completed');
    await second.untilEnd();
    expect([...first.ids, ...second.ids]).toEqual(upTo(second.ids.at(-1)!));
  });

  it('finds by polling what nobody announced', async () => {
    const ref = await rows.run();
    const reader = read(ref);
    await reader.until((m) => m.length >= 1);
    await rows.tx((tx) => tx.query(`with h as (update run_heads set event_seq = event_seq + 1 where run_id = $1 returning tenant_id, event_seq) insert into events (tenant_id, run_id, seq, type) select tenant_id, $1, event_seq, 'tool.called' from h`, [ref.runId]));
    await reader.until((m) => m.length >= 2);
    expect(reader.ids).toEqual([1, 2]);
  });

  it('listens again when its connection was cut', async () => {
    const ref = await rows.run();
    const reader = read(ref);
    await reader.until((m) => m.length >= 1);
    await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast-events' and datname = current_database()`);
    await rows.event(ref, { type: 'tool.called' });
    await reader.until((m) => m.length >= 2);
    const listening = async () => (await pool.query(`select 1 from pg_stat_activity where application_name = 'holdfast-events' and datname = current_database()`)).rowCount;
    while (!(await listening())) await new Promise((go) => setTimeout(go, 50));
    expect(await listening()).toBe(1);
  });

  it('closes a reader that stalls, and serves the others meanwhile', async () => {
    const ref = await rows.run();
    const big = 'x'.repeat(20_000);
    for (let i = 0; i < 10; i++) await rows.event(ref, ...upTo(100).map(() => ({ type: 'tool.called' as const, data: { big } })));
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /v1/runs/${ref.runId}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
    await new Promise<void>((go) => socket.once('readable', () => go()));
    const lively = read(ref);
    await lively.until((m) => m.length >= 1_001);
    expect(lively.ids).toEqual(upTo(1_001));
    const closed = new Promise<void>((go) => socket.on('close', () => go()));
    await new Promise((go) => setTimeout(go, 1_000));
    let bytes = 0;
    socket.on('data', (d: Buffer) => (bytes += d.length));
    await closed;
    // It never got it all: what it had not read was not kept for it.
    expect(bytes).toBeLessThan(20_000_000);
  });
});
