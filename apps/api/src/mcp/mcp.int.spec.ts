import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { PROJECT_ROOT } from '#platform';
import { createPool, type Pool } from '#store';
import { testDatabase } from '#test/setup/servers';
import { RunRows } from '../testing/run-rows.js';
import { startApi, type TestApi } from '../testing/start-api.js';

jest.setTimeout(60_000);
const NOBODY = '019a0000-0000-7000-8000-000000000000';

/** Holdfast as an MCP server, asked by the SDK's own client: over HTTP, and as the process that `holdfast mcp` is. */
describe.each(['http', 'stdio'] as const)('Holdfast as an MCP server, over %s', (way) => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let pool: Pool;
  let rows: RunRows;
  const client = new McpClient({ name: 'a-client', version: '1' });

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await startApi({ databaseUrl: database.url, timing: { pollMs: 200 } });
    const transport =
      way === 'http'
        ? new StreamableHTTPClientTransport(new URL(`${api.url}/v1/mcp`))
        : new StdioClientTransport({ command: process.execPath, args: ['--import', './test/setup/source-loader.mjs', 'apps/cli/src/main.ts', 'mcp'], cwd: PROJECT_ROOT, env: { HOLDFAST_URL: api.url } });
    await client.connect(transport);
  });
  afterAll(async () => {
    await client.close();
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  async function call<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    const { content, isError } = await client.callTool({ name, arguments: args });
    const { text } = (content as { text: string }[])[0]!;
    if (isError) throw new Error(text);
    return JSON.parse(text) as T;
  }

  it('says what it has and how it is called', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_agents', 'start_run', 'list_runs', 'get_run', 'get_events', 'get_step', 'send_message', 'cancel_run', 'list_corpora', 'search_corpus']);
    expect(tools.find(({ name }) => name === 'get_run')).toMatchObject({ inputSchema: { type: 'object', required: ['runId'] }, annotations: { readOnlyHint: true } });
    expect(client.getServerVersion()).toMatchObject({ name: 'holdfast' });
  });

  it('starts a run once a key, inspects it, sends it a message, and waits for its end', async () => {
    const agents = await call<{ name: string; input: object }[]>('list_agents');
    expect(agents.map(({ name }) => name)).toEqual(['echo', 'scholar']);
    const asked = { agent: 'echo', input: { text: 'hello' }, tags: ['mcp'], idempotencyKey: `key-${way}` };
    const { runId } = await call<{ runId: string }>('start_run', asked);
    expect((await call<{ runId: string }>('start_run', asked)).runId).toBe(runId);
    expect(await call('list_runs', { tag: 'mcp' })).toMatchObject([{ runId, agent: 'echo', status: 'queued' }]);

    const ref = await rows.run();
    await rows.start(ref);
    await rows.step(ref, 1, 0);
    expect(await call('send_message', { runId: ref.runId, text: 'go on' })).toMatchObject({ runId: ref.runId, number: 1 });
    expect(await call('get_step', { runId: ref.runId, step: 1 })).toMatchObject({ step: 1, messages: [{ content: 'turn 1' }, { content: 'answer 1' }] });
    expect(await call('get_events', { runId: ref.runId, limit: 2 })).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], next: '2' });
    const waiting = call('get_run', { runId: ref.runId, waitSeconds: 20 });
    await rows.end(ref, 'failed');
    expect(await waiting).toMatchObject({ runId: ref.runId, status: 'failed', step: 1 });
  });

  it('searches a corpus', async () => {
    const made = await request(api.url).post('/v1/corpora').send({ name: 'papers' }).expect(201);
    expect(await call('list_corpora')).toEqual([{ corpusId: made.body.id, name: 'papers' }]);
    expect(await call('search_corpus', { corpusId: made.body.id, query: 'anything' })).toMatchObject({ hits: [] });
  });

  it('says in its own words what is wrong with a call, and does nothing', async () => {
    await expect(call('get_run', { runId: NOBODY })).rejects.toThrow('not_found');
    await expect(call('start_run', { agent: 'nobody', input: {} })).rejects.toThrow('unknown_agent');
    await expect(call('get_run', { runId: 'x' })).rejects.toThrow('runId');
    await expect(client.callTool({ name: 'drop_tables' })).rejects.toThrow('no tool of that name');
  });
});

describe('the route', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

  it('takes messages of JSON-RPC only, and none from other sites', async () => {
    await request(api.url).post('/v1/mcp').send(ping).expect(200, { jsonrpc: '2.0', id: 1, result: {} });
    await request(api.url).post('/v1/mcp').send({ jsonrpc: '2.0', method: 'notifications/initialized' }).expect(202);
    for (const wrong of [{}, [ping], { jsonrpc: '1.0', id: 1, method: 'ping' }]) await request(api.url).post('/v1/mcp').send(wrong).expect(400);
    expect((await request(api.url).post('/v1/mcp').send({ ...ping, method: 'nonsense' }).expect(200)).body).toMatchObject({ error: { code: -32601 } });
    await request(api.url).post('/v1/mcp').set('mcp-protocol-version', '1000-01-01').send({ ...ping, method: 'tools/list' }).expect(400);
    await request(api.url).post('/v1/mcp').set('origin', 'https://evil.example').send(ping).expect(403);
    await request(api.url).get('/v1/mcp').expect(405);
  });
});
