import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { createPool, type Pool } from '#store';
import { testDatabase } from '#test/setup/servers';
import { RunRows } from '../testing/run-rows.js';
import { SecuredApi } from '../testing/secured-api.js';

jest.setTimeout(60_000);

/** What comes by MCP and A2A has the rights of the key that it came with, and no others. */
describe('MCP and A2A where callers say who they are', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let pool: Pool;
  let rows: RunRows;
  let api: SecuredApi;
  let runId: string;
  const keys = { viewer: '', operator: '', other: '' };
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url);
    rows = new RunRows(pool);
    api = await SecuredApi.start(pool, { databaseUrl: database.url, timing: { pollMs: 200, identifyMs: 50 } });
    const tenantId = uuidv7();
    await api.tenant(tenantId, 'other');
    [keys.viewer, keys.operator, keys.other] = (await Promise.all([api.key(['viewer']), api.key(['operator']), api.key(['admin'], { tenantId })])).map(({ key }) => key) as [string, string, string];
    runId = (await rows.run()).runId;
  });
  afterAll(async () => {
    await api.close();
    rows.notifier.close();
    await pool.end();
    await database.drop();
  });

  const rpc = async (path: string, key: string | null, method: string, params: object): Promise<{ status: number; text: string }> => api.ask('POST', path, key, { jsonrpc: '2.0', id: 1, method, params });
  const mcp = (key: string | null, name: string, args: object) => rpc('/v1/mcp', key, 'tools/call', { name, arguments: args });
  const start = { agent: 'echo', input: { text: 'x' } };

  it('nobody is nobody', async () => {
    expect([(await mcp(null, 'list_runs', {})).status, (await rpc('/v1/a2a', null, 'GetTask', { id: runId })).status]).toEqual([401, 401]);
    expect((await api.ask('GET', '/.well-known/agent-card.json', null)).status).toBe(401);
    expect((await api.ask('GET', '/.well-known/agent-card.json', keys.viewer)).status).toBe(200);
    expect((await api.ask('GET', '/v1/mcp', keys.viewer)).status).toBe(405);
  });

  it('a viewer looks and starts nothing, an operator starts', async () => {
    expect((await mcp(keys.viewer, 'get_run', { runId })).text).toContain(`\\"runId\\":\\"${runId}\\"`);
    expect((await mcp(keys.viewer, 'start_run', start)).text).toContain('role_missing');
    expect((await mcp(keys.operator, 'start_run', start)).text).toContain('\\"status\\":\\"queued\\"');
    const message = { messageId: 'm1', role: 'ROLE_USER', parts: [{ data: start }] };
    expect((await rpc('/v1/a2a', keys.viewer, 'SendMessage', { message, configuration: { returnImmediately: true } })).text).toContain('role_missing');
  });

  it('of another tenant there is nothing', async () => {
    expect((await mcp(keys.other, 'get_run', { runId })).text).toContain('not_found');
    expect((await mcp(keys.other, 'list_runs', {})).text).toContain('"text":"[]"');
    expect(JSON.parse((await rpc('/v1/a2a', keys.other, 'GetTask', { id: runId })).text)).toMatchObject({ error: { code: -32001 } });
  });

  it('a stream of AG-UI ends with its key', async () => {
    const { key, id } = await api.key(['viewer']);
    const stream = await fetch(`${api.api.url}/v1/runs/${runId}/events?format=ag-ui`, { headers: { authorization: `Bearer ${key}` } });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const admin = (await api.key(['admin'])).key;
    await api.ask('DELETE', `/v1/keys/${id}`, admin);
    const reader = stream.body!.getReader();
    const rest = async (): Promise<'ended'> => {
      while (!(await reader.read()).done);
      return 'ended';
    };
    expect(await rest().catch(() => 'ended')).toBe('ended');
  });
});
