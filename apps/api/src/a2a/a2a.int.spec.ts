import { Role, TaskState } from '@a2a-js/sdk';
import { ClientFactory } from '@a2a-js/sdk/client';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { createPool, type Pool } from '#store';
import { testDatabase } from '#test/setup/servers';
import { RunRows } from '../testing/run-rows.js';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(60_000);

type Part = { text: string } | { data: unknown };

/** Asked by the protocol's own client, which finds its way by the card. */
describe('A2A', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;
  let client: Awaited<ReturnType<ClientFactory['createFromUrl']>>;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, timing: { pollMs: 200 } });
    client = await new ClientFactory().createFromUrl(api.url);
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  function message(part: Part, more: { messageId?: string; taskId?: string } = {}) {
    const content = 'text' in part ? { $case: 'text' as const, value: part.text } : { $case: 'data' as const, value: part.data };
    return { messageId: randomUUID(), contextId: '', taskId: '', role: Role.ROLE_USER, parts: [{ content, metadata: undefined, filename: '', mediaType: '' }], metadata: undefined, extensions: [], referenceTaskIds: [], ...more };
  }
  const send = async (part: Part, more: { messageId?: string; taskId?: string } = {}, returnImmediately = true) =>
    (await client.sendMessage({ tenant: '', message: message(part, more), configuration: { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately }, metadata: undefined })) as { id: string; status: { state: TaskState; message?: unknown }; artifacts: unknown[] };
  const hello = { data: { agent: 'echo', input: { text: 'hello' } } };

  it('a card names the agents, and where they are spoken to', async () => {
    const { body } = await request(api.url).get('/.well-known/agent-card.json').expect(200);
    expect(body).toMatchObject({ name: 'Holdfast', supportedInterfaces: [{ url: `${api.url}/v1/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }], skills: [{ id: 'echo' }, { id: 'scholar' }] });
  });

  it('a message begins a run, once however often it is sent; a task is that run', async () => {
    const messageId = randomUUID();
    const task = await send(hello, { messageId });
    expect((await send(hello, { messageId })).id).toBe(task.id);
    expect(task.status.state).toBe(TaskState.TASK_STATE_SUBMITTED);
    await request(api.url).get(`/v1/runs/${task.id}`).expect(200);
    const cancelled = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined });
    expect([TaskState.TASK_STATE_CANCELED, TaskState.TASK_STATE_WORKING]).toContain(cancelled.status!.state);
  });

  it('a message to a task reaches its run, and whoever waits hears of the end', async () => {
    const ref = await rows.run();
    await rows.start(ref);
    const waiting = send({ text: 'go on' }, { taskId: ref.runId }, false);
    await new Promise((go) => setTimeout(go, 300));
    await rows.result(ref, randomUUID());
    await rows.end(ref, 'completed');
    const task = await waiting;
    expect(task.status.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(task.artifacts).toMatchObject([{ parts: [{ content: { $case: 'data', value: { text: 'said' } } }] }]);
    expect((await client.getTask({ tenant: '', id: ref.runId, historyLength: undefined })).status!.state).toBe(TaskState.TASK_STATE_COMPLETED);
    await expect(client.cancelTask({ tenant: '', id: ref.runId, metadata: undefined })).rejects.toMatchObject({ name: 'TaskNotCancelableError' });
  });

  it('refuses in the protocol’s own codes', async () => {
    await expect(client.getTask({ tenant: '', id: randomUUID(), historyLength: undefined })).rejects.toMatchObject({ name: 'TaskNotFoundError' });
    await expect(send({ text: 'hello' })).rejects.toThrow('data part');
    await expect(send({ data: { agent: 'nobody', input: {} } })).rejects.toThrow('unknown_agent');
    const rpc = (method: string, headers: Record<string, string> = {}) => request(api.url).post('/v1/a2a').set(headers).send({ jsonrpc: '2.0', id: 1, method, params: {} }).expect(200);
    expect((await rpc('Nonsense')).body.error.code).toBe(-32601);
    expect((await rpc('SendStreamingMessage')).body.error.code).toBe(-32004);
    expect((await rpc('GetTask', { 'a2a-version': '0.3' })).body.error.code).toBe(-32009);
  });
});
