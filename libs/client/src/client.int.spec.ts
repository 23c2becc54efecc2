import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startApi, type TestApi } from '#apps/api/src/testing/start-api';
import { RunRows } from '#apps/api/src/testing/run-rows';
import { createPool, type Pool } from '#store';
import { CuttableProxy } from '#test/harness/cuttable-proxy';
import { testDatabase } from '#test/setup/servers';
import { type Client, createClient, items, type StreamItem } from './index.js';

jest.setTimeout(30_000);
const RETRY = { attempts: 20, firstMs: 10, mostMs: 50 };

describe('the typed client', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;
  let door: CuttableProxy;
  let client: Client;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, timing: { pingMs: 50, pollMs: 200 } });
    door = new CuttableProxy({ host: '127.0.0.1', port: Number(new URL(api.url).port) });
    await door.open();
    client = createClient({ baseUrl: `http://127.0.0.1:${door.port}`, retry: RETRY });
  });
  afterAll(async () => {
    await door.cut();
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  it('starts, reads and lists runs', async () => {
    const run = await client.createRun({ body: { agent: 'echo', input: { text: 'hi' }, tags: ['a b&c'] } });
    expect(run).toMatchObject({ agent: 'echo', status: 'queued' });
    expect(await client.getRun({ path: { id: run.id } })).toMatchObject({ id: run.id, input: { text: 'hi' } });
    expect((await client.listRuns({ query: { tag: 'a b&c', status: ['queued', 'running'] } })).data.map((r) => r.id)).toEqual([run.id]);
    expect((await client.getHealth()).status).toBe('ok');
  });

  it('goes through pages', async () => {
    for (let n = 0; n < 5; n++) await client.createRun({ body: { agent: 'echo', input: { text: 'x' }, tags: ['paged'] } });
    const ids = new Set<string>();
    for await (const run of items(client.listRuns, { query: { tag: 'paged', limit: 2 } })) ids.add(run.id);
    expect(ids.size).toBe(5);
  });

  it("throws the API's problems", async () => {
    await expect(client.getRun({ path: { id: '019a0000-0000-7000-8000-000000000000' } })).rejects.toMatchObject({ name: 'ApiError', status: 404, code: 'not_found' });
    await expect(client.createRun({ body: { agent: 'nobody' } })).rejects.toMatchObject({ code: 'unknown_agent' });
  });

  it('creates once where the answer was lost, under a key of its own making', async () => {
    let sent = 0;
    const keys = new Set<string | null>();
    const lossy: typeof fetch = async (url, init) => {
      keys.add(new Headers(init?.headers).get('idempotency-key'));
      const answer = await fetch(url, init);
      if (++sent > 2) return answer;
      throw new TypeError('the connection broke');
    };
    const run = await createClient({ baseUrl: api.url, fetch: lossy, retry: RETRY }).createRun({ body: { agent: 'echo', input: { text: 'once' }, tags: ['once'] } });
    expect([sent, keys.size]).toEqual([3, 1]);
    expect((await client.listRuns({ query: { tag: 'once' } })).data.map((r) => r.id)).toEqual([run.id]);
  });

  it('does not send again what has no key, and takes a deletion whose answer was lost for done', async () => {
    let sent = 0;
    const lossy: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (++sent > 1) return answer;
      throw new TypeError('the connection broke');
    };
    const shaky = createClient({ baseUrl: api.url, fetch: lossy, retry: RETRY });
    const ref = await rows.run();
    await expect(shaky.pauseRun({ path: { id: ref.runId }, body: {} })).rejects.toMatchObject({ name: 'ConnectionError' });
    expect(sent).toBe(1);
    await rows.end(ref, 'completed');
    sent = 0;
    expect(await shaky.deleteRun({ path: { id: ref.runId } })).toBeUndefined();
    expect(sent).toBe(2);
  });

  it('reads every event once and in order, however often the connection is cut', async () => {
    const ref = await rows.run();
    const seen: number[] = [];
    let reconnects = 0;
    const reading = (async () => {
      for await (const item of client.events(ref.runId, { onReconnect: () => reconnects++ })) if (item.kind === 'event') seen.push(item.event.seq);
    })();
    for (let n = 1; n <= 60; n++) {
      await rows.event(ref, { type: 'tool.called', step: n });
      if (n % 20 !== 0) continue;
      while (seen.length < n - 10) await new Promise((go) => setTimeout(go, 5));
      await door.cut();
      await door.open();
    }
    await rows.end(ref, 'completed');
    await reading;
    expect(seen).toEqual(Array.from({ length: 63 }, (_, i) => i + 1));
    expect(reconnects).toBeGreaterThanOrEqual(3);
  });

  it('gives the text of the open step, again after a cut, and says what to drop', async () => {
    const ref = await rows.run();
    const got: StreamItem[] = [];
    const reading = (async () => {
      for await (const item of client.events(ref.runId)) got.push(item);
    })();
    const until = async (n: number) => {
      while (got.filter((i) => i.kind === 'part').length < n) await new Promise((go) => setTimeout(go, 5));
    };
    await rows.event(ref, { type: 'step.started', step: 1, attempt: 1 });
    await rows.say(ref, { step: 1, attempt: 1, delivery: 1, n: 0 }, 'half a ');
    await until(1);
    await door.cut();
    await door.open();
    await until(2);
    await rows.end(ref, 'completed');
    await reading;
    expect(got.filter((i) => i.kind !== 'event')).toMatchObject([{ kind: 'part', part: { text: 'half a ' } }, { kind: 'reset', step: 1, attempt: 1 }, { kind: 'part', part: { text: 'half a ' } }]);
  });

  it('gives only the types that are asked for, from where it is told, and ends', async () => {
    const ref = await rows.run();
    await rows.event(ref, { type: 'tool.called', step: 1 }, { type: 'tool.finished', step: 1 }, { type: 'tool.called', step: 2 });
    await rows.end(ref, 'completed');
    const seen: number[] = [];
    for await (const item of client.events(ref.runId, { types: ['tool.called'], after: 2 })) if (item.kind === 'event') seen.push(item.event.seq);
    expect(seen).toEqual([4]);
  });

  it('stops when its reader does, and fails where there is no run or nobody answers', async () => {
    const ref = await rows.run();
    for await (const item of client.events(ref.runId)) if (item.kind === 'event') break;
    const stop = new AbortController();
    const first = client.events(ref.runId, { signal: stop.signal });
    await first.next();
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(first.next()).rejects.toThrow();
    await expect(client.events('019a0000-0000-7000-8000-000000000000').next()).rejects.toMatchObject({ code: 'not_found' });
    await expect(createClient({ baseUrl: 'http://127.0.0.1:1', retry: { attempts: 2, firstMs: 1 } }).events(ref.runId).next()).rejects.toMatchObject({ name: 'ConnectionError' });
  });
});
