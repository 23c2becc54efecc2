import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { createDataConverter } from '#platform';
import { LOCAL_TENANT } from '#contracts';
import { changeStatus, createPool, type Pool, withTx } from '#store';
import { RunRows } from '../testing/run-rows.js';
import { testDatabase, testTemporal } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(30_000);

/** No worker polls here: what is seen is what the API alone told Temporal. */
describe('what Temporal hears', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let connection: Connection;
  let client: Client;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;

  beforeAll(async () => {
    database = await testDatabase();
    const address = testTemporal();
    connection = await Connection.connect({ address });
    client = new Client({ connection, dataConverter: createDataConverter({ payloadKeyFile: undefined }) });
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, temporalAddress: address });
  });
  afterAll(async () => {
    await api.close();
    await connection.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  const create = async (body: object = {}, headers: Record<string, string> = {}) => (await request(api.url).post('/v1/runs').set(headers).send({ agent: 'echo', input: { text: 'CANARY' }, ...body }).expect((r) => expect([200, 202]).toContain(r.status))).body as { id: string };
  const history = async (runId: string) => (await client.workflow.getHandle(`run-${runId}`).fetchHistory()).events ?? [];
  const ask = (runId: string, what: string, body: object = {}) => request(api.url).post(`/v1/runs/${runId}/${what}`).send(body).expect(202);
  const running = async (runId: string) => rows.start({ tenantId: '00000000-0000-7000-8000-000000000001', runId });

  it('starts one workflow a run, with names and ids only', async () => {
    const { id } = await create({ priority: 'batch' });
    const description = await client.workflow.getHandle(`run-${id}`).describe();
    expect(description).toMatchObject({ type: 'agentRun', taskQueue: 'holdfast', status: { name: 'RUNNING' } });
    expect(description.searchAttributes).toMatchObject({ HoldfastAgent: ['echo'], HoldfastStatus: ['queued'], HoldfastTenant: ['00000000-0000-7000-8000-000000000001'] });
    expect(await description.staticSummary()).toBe('echo');
    expect(description.priority).toMatchObject({ priorityKey: 5 });
    const [started] = await history(id);
    const payloads = started!.workflowExecutionStartedEventAttributes!.input!.payloads!;
    expect(payloads.map((p) => JSON.parse(Buffer.from(p.data!).toString()))).toEqual([{ tenantId: '00000000-0000-7000-8000-000000000001', runId: id }]);
    expect(Buffer.from(JSON.stringify(started)).toString()).not.toContain('CANARY');
  });

  it('starts a repeated request once', async () => {
    const key = uuidv7();
    const ids = new Set((await Promise.all([1, 2, 3].map(() => request(api.url).post('/v1/runs').set('Idempotency-Key', key).send({ agent: 'echo', input: { text: 'x' } })))).flatMap((r) => (r.status < 300 ? [r.body.id as string] : [])));
    expect(ids.size).toBe(1);
    expect((await history([...ids][0]!)).filter((e) => e.workflowExecutionStartedEventAttributes)).toHaveLength(1);
  });

  it('starts later where startAt says so', async () => {
    const { id } = await create({ startAt: new Date(Date.now() + 60_000).toISOString() });
    const [started] = await history(id);
    expect(Number(started!.workflowExecutionStartedEventAttributes!.firstWorkflowTaskBackoff!.seconds)).toBeGreaterThan(50);
    await ask(id, 'messages', { text: 'early' });
    expect((await history(id)).some((e) => e.workflowExecutionSignaledEventAttributes)).toBe(false);
  });

  it('wakes with a signal that carries nothing', async () => {
    const { id } = await create();
    await running(id);
    await ask(id, 'messages', { text: 'CANARY' });
    const signals = (await history(id)).flatMap((e) => (e.workflowExecutionSignaledEventAttributes ? [e.workflowExecutionSignaledEventAttributes] : []));
    expect(signals.map((s) => [s.signalName, s.input?.payloads?.length ?? 0])).toEqual([['wake', 0]]);
  });

  it('wakes no run that waits for its runtime: it looks by itself', async () => {
    const { id } = await create();
    await running(id);
    await withTx(pool, LOCAL_TENANT, (tx) => changeStatus(tx, { tenantId: LOCAL_TENANT, runId: id }, ['running'], 'waiting_runtime', { code: 'runtime_unavailable', detail: 'It is away.' }));
    await ask(id, 'messages', { text: 'CANARY' });
    expect((await history(id)).some((e) => e.workflowExecutionSignaledEventAttributes)).toBe(false);
  });

  it('asks for cancellation, once the row says so', async () => {
    const { id } = await create();
    await running(id);
    await ask(id, 'cancel', { reason: 'CANARY' });
    const events = await history(id);
    expect(events.some((e) => e.workflowExecutionCancelRequestedEventAttributes)).toBe(true);
    expect(JSON.stringify(events)).not.toContain('CANARY');
  });

  it.each(['terminate', 'graceful'])('ends a queued run by %s', async (mode) => {
    const { id } = await create();
    expect((await ask(id, 'cancel', { mode })).body).toMatchObject({ status: 'cancelled' });
    expect((await client.workflow.getHandle(`run-${id}`).describe()).status.name).toBe('TERMINATED');
  });

  it('starts a new execution under the same id for a run that is resumed after its end', async () => {
    const { id } = await create({ limits: { maxSteps: 1 } });
    const ref = { tenantId: '00000000-0000-7000-8000-000000000001', runId: id };
    const first = (await client.workflow.getHandle(`run-${id}`).describe()).runId;
    await running(id);
    await rows.step(ref, 1, 0);
    await rows.end(ref, 'limit_reached');
    setTimeout(() => void client.workflow.getHandle(`run-${id}`, first).terminate(), 200);
    await ask(id, 'resume', { limits: { maxSteps: 9 } });
    const second = await client.workflow.getHandle(`run-${id}`).describe();
    expect(second.status.name).toBe('RUNNING');
    expect(second.runId).not.toBe(first);
  });
});
