import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { BatchItemView, BatchView } from '#contracts';
import { workflowIds } from '#contracts';
import { ALL_TENANTS, withTx } from '#store';
import { ApiStack } from '../harness/api-stack.js';
import { modelOf } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(120_000);

describe('a batch', () => {
  let stack: ApiStack;
  beforeAll(async () => void (stack = await ApiStack.start()));
  afterAll(() => stack?.stop());

  const items = (count: number, from = 0): { key: string; input: object }[] => Array.from({ length: count }, (_, i) => ({ key: `item-${from + i}`, input: { steps: 1 } }));
  const start = async (count: number, more: Record<string, unknown> = {}, scenario = {}): Promise<BatchView> => {
    const { status, body } = await stack.post<BatchView>('/batches', { run: { agent: 'probe', model: modelOf({ steps: 1, ...scenario }) }, items: items(count), ...more });
    expect(status).toBe(202);
    return body;
  };
  const read = async (id: string): Promise<BatchView> => (await stack.get<BatchView>(`/batches/${id}`)).body;
  const untilStatus = (id: string, status: BatchView['status']): Promise<BatchView> =>
    until(`batch ${status}`, async () => {
      const batch = await read(id);
      return batch.status === status ? batch : Promise.reject(new Error(JSON.stringify(batch)));
    }, 100_000);
  const list = async (id: string): Promise<BatchItemView[]> => (await stack.get<{ data: BatchItemView[] }>(`/batches/${id}/items?limit=500`)).body.data;

  it('makes one run an item, at most as many at once as asked, and gives the results in order', async () => {
    const { id } = await start(30, { name: 'thirty', maxConcurrency: 5 }, { delayMs: 20 });
    let most = 0;
    const underWay: BatchView[] = [];
    let partial: BatchItemView[] = [];
    const ended = await until('the end', async () => {
      const { rows } = await withTx(stack.loop.pool, ALL_TENANTS, (tx) => tx.query<{ n: number }>(`select count(*)::int as n from runs where batch_id = $1 and ended_at is null`, [id]));
      most = Math.max(most, rows[0]!.n);
      const batch = await read(id);
      if (batch.status === 'completed') return batch;
      underWay.push(batch);
      if (batch.items.completed >= 10) partial = await list(id);
      return null;
    }, 40_000);
    // While it ran: how far it was, how long it would take, and what was done by then, in order.
    expect(underWay.some((b) => b.items.completed > 0 && b.items.completed < 30 && b.secondsLeft !== null)).toBe(true);
    expect(partial.map((i) => i.key)).toEqual(items(30).map((i) => i.key));
    expect(partial.filter((i) => i.result !== null).length).toBeGreaterThanOrEqual(10);
    expect(ended).toMatchObject({ name: 'thirty', items: { total: 30, pending: 0, running: 0, completed: 30, failed: 0, cancelled: 0 }, secondsLeft: null });
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(1);
    const found = await list(id);
    expect(found.map((i) => i.key)).toEqual(items(30).map((i) => i.key));
    expect(found.every((i) => i.state === 'completed' && i.tries === 1 && (i.result as { steps: number }).steps === 1)).toBe(true);
    expect(new Set(found.map((i) => i.runId)).size).toBe(30);
    const runs = await stack.get<{ data: { priority: string }[] }>(`/runs?batchId=${id}&limit=200`);
    expect(runs.body.data.map((r) => r.priority)).toEqual(Array(30).fill('batch'));
  });

  it('takes NDJSON and gives NDJSON, and is made once for one key', async () => {
    const body = items(3).map((i) => `${JSON.stringify(i)}\n`).join('');
    const ask = (text: string) =>
      fetch(`${stack.url}/batches?agent=probe&model=${encodeURIComponent(modelOf({ steps: 1 }))}&maxConcurrency=2`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'lines' }, body: text });
    const first = (await (await ask(body)).json()) as BatchView;
    const second = await ask(body);
    expect([second.headers.get('idempotency-replayed'), ((await second.json()) as BatchView).id]).toEqual(['true', first.id]);
    expect((await ask(`${body}{"key":"other"}\n`)).status).toBe(422);
    const upload = new FormData();
    upload.append('files', new Blob([body]), 'items.ndjson');
    const uploaded = await fetch(`${stack.url}/batches?agent=probe&model=${encodeURIComponent(modelOf({ steps: 1 }))}`, { method: 'POST', body: upload });
    expect([uploaded.status, ((await uploaded.json()) as BatchView).items.total]).toEqual([202, 3]);
    upload.append('files', new Blob([body]), 'more.ndjson');
    expect((await fetch(`${stack.url}/batches?agent=probe`, { method: 'POST', body: upload })).status).toBe(400);
    await untilStatus(first.id, 'completed');
    const out = await fetch(`${stack.url}/batches/${first.id}/items`, { headers: { accept: 'application/x-ndjson' } });
    const lines = (await out.text()).trim().split('\n').map((l) => JSON.parse(l) as BatchItemView);
    expect(lines.map((l) => [l.n, l.key, l.state])).toEqual([[1, 'item-0', 'completed'], [2, 'item-1', 'completed'], [3, 'item-2', 'completed']]);
  });

  it('says which line or item is wrong, and makes nothing of it', async () => {
    const ndjson = await fetch(`${stack.url}/batches?agent=probe`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{"key":"a"}\n\nnot json\n' });
    expect([ndjson.status, JSON.stringify(await ndjson.json())]).toEqual([400, expect.stringContaining('line 3')]);
    const twice = await stack.post('/batches', { run: { agent: 'probe' }, items: [...items(2), { key: 'item-1', input: { steps: 0 } }] });
    expect([twice.status, JSON.stringify(twice.body)]).toEqual([400, expect.stringMatching(/items\.2\.key.*items\.2\.input\.steps/)]);
    expect((await stack.post('/batches', { run: { agent: 'nobody' }, items: items(1) })).status).toBe(404);
    expect((await stack.post('/batches', { run: { agent: 'probe' }, items: [] })).status).toBe(400);
  });

  it('is cancelled with its runs; what was cancelled can be started again', async () => {
    const { id } = await start(12, { maxConcurrency: 2 }, { delayMs: 400 });
    await until('two under way', async () => (await read(id)).items.running === 2);
    expect((await stack.post(`/batches/${id}/cancel`)).status).toBe(202);
    const cancelled = await untilStatus(id, 'cancelled');
    expect(cancelled.items).toMatchObject({ total: 12, pending: 0, running: 0 });
    expect(cancelled.items.completed + cancelled.items.cancelled).toBe(12);
    expect(cancelled.items.cancelled).toBeGreaterThan(8);
    const before = await list(id);
    expect((await stack.post<BatchView>(`/batches/${id}/retry`)).status).toBe(202);
    const done = await untilStatus(id, 'completed');
    expect(done.items).toMatchObject({ total: 12, completed: 12 });
    const after = await list(id);
    for (const [i, item] of before.entries()) expect([item.state === 'completed', after[i]!.runId === item.runId]).toEqual([item.state === 'completed', item.state === 'completed']);
  });

  it('does what failed again, and nothing else', async () => {
    const usual = stack.loop.script;
    let bad = true;
    // No tool has this name: a run is given up after its tries.
    stack.loop.script = (request, n) => (bad ? { content: '', toolCalls: [{ name: 'no_such_tool', args: {} }] } : usual(request, n));
    const { id } = await start(3, { maxConcurrency: 1 });
    await until('the first to fail', async () => (await list(id))[0]!.state === 'failed', 40_000);
    bad = false;
    const ended = await untilStatus(id, 'completed');
    expect(ended.items.failed).toBeGreaterThanOrEqual(1);
    const before = await list(id);
    expect((await stack.post<BatchView>(`/batches/${id}/retry`)).status).toBe(202);
    expect((await untilStatus(id, 'completed')).items).toMatchObject({ total: 3, completed: 3, failed: 0 });
    stack.loop.script = usual;
    const after = await list(id);
    expect(after.map((i, n) => [i.tries, i.runId === before[n]!.runId])).toEqual(before.map((i) => (i.state === 'failed' ? [2, false] : [1, true])));
  });

  it('goes on in a new execution before its history grows long, and nothing is started twice', async () => {
    const { id } = await start(220, { maxConcurrency: 25 });
    const done = await untilStatus(id, 'completed');
    expect(done.items).toMatchObject({ total: 220, completed: 220 });
    const executions: number[] = [];
    for await (const w of stack.loop.client.workflow.list({ query: `WorkflowId = '${workflowIds.batch(id)}'` })) executions.push(w.historyLength);
    expect(executions.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...executions)).toBeLessThan(4_100);
    const { rows } = await withTx(stack.loop.pool, ALL_TENANTS, (tx) => tx.query<{ n: number }>('select count(*)::int as n from runs where batch_id = $1', [id]));
    expect(rows[0]!.n).toBe(220);
  });
});
