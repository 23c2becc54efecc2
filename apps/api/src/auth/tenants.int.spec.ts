import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT } from '#contracts';
import { createPool, type Pool, withTx } from '#store';
import { testDatabase, type TestDatabase, testTemporal } from '#test/setup/servers';
import { type Answer, codeOf, SecuredApi } from '../testing/secured-api.js';
import { fillTenant, PLANTED, printOf, type Things } from '../testing/tenant-things.js';

jest.setTimeout(120_000);

type Operation = { operationId: string; method: string; path: string };
const DIGEST = '0'.repeat(64);
const FROM_TO = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };

/** Bodies and queries of operations that take more than nothing, so that no request is refused for its form. */
const BODIES: Record<string, unknown> = {
  decideApproval: { decision: 'approve', digest: DIGEST }, signArtifact: { digest: DIGEST }, rejectArtifact: { digest: DIGEST, reason: 'x' }, addAddendum: { text: 'x' },
  sendMessage: { text: 'x' }, rewindRun: { toStep: 0 }, forkRun: { fromStep: 1 }, reviewCard: { rating: 'good' }, describeDocument: { tags: ['x'] }, addDocuments: { path: 'samples/documents' },
  backfill: FROM_TO, changeWorld: { changes: [{ kind: 'created', entity: { id: 'b', type: 'item', name: 'b' } }] },
  createRun: { agent: 'echo', input: { text: 'x' } }, createCorpus: { name: 'b' }, createWorld: { name: 'b' }, createWebhook: { url: 'https://example.org/b' }, createKey: { name: 'b', roles: ['viewer'] },
  createSchedule: { name: 'b', spec: { cron: ['0 3 * * *'] }, run: { agent: 'echo', input: { text: 'x' } }, paused: true }, createBatch: { run: { agent: 'echo' }, items: [{ key: 'b', input: { text: 'x' } }] },
  importWorld: { format: 'campaign', data: {} }, encode: { payloads: [] }, decode: { payloads: [] }, verify: { kind: 'clinical-note', source: 'x', text: 'x' }, releaseForTraining: { reason: 'x' },
  answerMcp: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_runs' } }, answerA2a: { jsonrpc: '2.0', id: 1, method: 'GetTask', params: {} },
};
const QUERIES: Record<string, string> = { searchCorpus: `query=${PLANTED}`, searchCodes: `q=${PLANTED}`, listTimes: new URLSearchParams(FROM_TO).toString(), diffWorld: 'from=0&to=1', exportTraining: 'agent=echo' };
/** Names of things that every tenant sees alike. */
const SHARED: Record<string, string> = { '{name}': 'echo', 'agents/{version}': '1', 'runtimes/{id}': 'ollama' };
/** Lists and searches that may have nothing to answer for another reason: asked of a thing in the query. */
const OF_A_CORPUS = ['listCards', 'exportCards'];

describe('tenants', () => {
  let database: TestDatabase;
  let pool: Pool;
  let api: SecuredApi;
  let own: string;
  let other: string;
  let things: Things;
  let operations: Operation[];
  const otherTenant = uuidv7();

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 4 });
    api = await SecuredApi.start(pool, { databaseUrl: database.url, temporalAddress: testTemporal(), env: { HOLDFAST_RATE_LIMIT: '0' } });
    await api.tenant(otherTenant, 'other');
    own = (await api.key(['admin'])).key;
    other = (await api.key(['admin'], { tenantId: otherTenant })).key;
    things = await fillTenant(api, pool, own);
    const document = JSON.parse((await api.ask('GET', '/openapi.json', null)).text) as { paths: Record<string, Record<string, { operationId: string }>> };
    operations = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, { operationId }]) => ({ operationId, method: method.toUpperCase(), path })));
  });
  afterAll(async () => {
    await api?.close();
    await pool?.end();
    await database?.drop();
  });

  /** The path with the ids of the first tenant's things; fails for a kind of thing that nobody has given one of. */
  function filled(path: string): { path: string; owned: boolean } {
    let owned = false;
    const segments = path.split('/');
    const parts = segments.map((segment, at) => {
      if (!segment.startsWith('{')) return segment;
      const named = `${segments[at - 1]}/${segment}`;
      const shared = path.includes('/agents/') ? (SHARED[`agents/${segment}`] ?? SHARED[segment]) : SHARED[named];
      const id = shared ?? things.ids[named] ?? things.ids[segment];
      if (id === undefined) throw new Error(`${path}: testing/tenant-things.ts makes nothing that ${segment} could name`);
      owned ||= shared === undefined;
      return id;
    });
    return { path: parts.join('/'), owned };
  }

  function ask({ operationId, method, path }: Operation, key: string): Promise<Answer> {
    const query = OF_A_CORPUS.includes(operationId) ? `corpusId=${things.ids['corpora/{id}']}` : QUERIES[operationId];
    const body = operationId === 'takeCards' ? { runId: things.runId } : (BODIES[operationId] ?? {});
    const headers = ['changeWorld', 'undo', 'redo'].includes(operationId) ? { 'if-match': '"1"' } : undefined;
    return api.ask(method, filled(path).path + (query ? `?${query}` : ''), key, method === 'GET' || method === 'DELETE' ? undefined : body, headers);
  }

  it('show and give nothing to each other, on any route of the document', async () => {
    const before = await printOf(pool, LOCAL_TENANT);
    const told: string[] = [];
    for (const operation of operations) {
      const answer = await ask(operation, other);
      const owned = filled(operation.path).owned || OF_A_CORPUS.includes(operation.operationId) || operation.operationId === 'takeCards';
      if (owned && operation.operationId !== 'listCards' && (answer.status !== 404 || codeOf(answer) !== 'not_found')) told.push(`${operation.operationId}: ${answer.status} ${answer.text.slice(0, 200)}`);
      if (!owned && answer.status >= 400 && !(operation.operationId === 'importWorld' && answer.status === 422) && !(operation.path.includes('/runtimes') || operation.path === '/readyz')) told.push(`${operation.operationId} is refused for its form: ${answer.status} ${answer.text.slice(0, 200)}`);
      const shown = answer.text.replaceAll(/"instance":"[^"]*"/g, '');
      if (shown.includes(PLANTED) || Object.values(things.ids).some((id) => id.length === 36 && shown.replaceAll(/"runId":"[^"]*"/g, '').includes(id))) told.push(`${operation.operationId} shows what is another tenant's: ${answer.text.slice(0, 200)}`);
    }
    expect(told).toEqual([]);
    expect(operations.length).toBeGreaterThan(95);
    expect(await printOf(pool, LOCAL_TENANT)).toEqual(before);
  });

  it('cannot use each other’s things in what they make', async () => {
    const { ids } = things;
    const before = await printOf(pool, LOCAL_TENANT);
    const uses: [string, unknown][] = [
      ['/v1/runs', { agent: 'scholar', input: { text: 'x' }, corpusId: ids['corpora/{id}'] }],
      ['/v1/batches', { run: { agent: 'scholar', corpusId: ids['corpora/{id}'] }, items: [{ key: 'x', input: { text: 'x' } }] }],
      ['/v1/schedules', { name: 'x', spec: { cron: ['0 3 * * *'] }, paused: true, run: { agent: 'scholar', input: { text: 'x' }, corpusId: ids['corpora/{id}'] } }],
      ['/v1/schedules', { name: 'x', spec: { cron: ['0 3 * * *'] }, paused: true, world: { worldId: ids['worlds/{id}'] } }],
      ['/v1/keys', { name: 'x', roles: ['admin'], principalId: '00000000-0000-7000-8000-000000000002' }],
    ];
    for (const [path, body] of uses) {
      const answer = await api.ask('POST', path, other, body);
      expect([path, body, answer.status === 400 || answer.status === 404]).toEqual([path, body, true]);
    }
    // A thread is whatever id a run names: this is one of the other tenant's own, and no run of this one is in its way.
    const inThread = await api.ask('POST', '/v1/runs', other, { agent: 'echo', input: { text: 'x' }, threadId: ids['threads/{id}'], onBusy: 'interrupt' });
    expect([inThread.status, (await api.ask('GET', `/v1/threads/${ids['threads/{id}']}`, other)).text.includes(things.runId)]).toEqual([202, false]);
    expect(await printOf(pool, LOCAL_TENANT)).toEqual(before);
  });

  it('find their own where the other found nothing', async () => {
    const reads = operations.filter(({ method, path }) => method === 'GET' && filled(path).owned);
    expect(reads.length).toBeGreaterThan(25);
    // Where a run waits is Temporal's to say, which knows nothing of rows that a spec has written.
    for (const operation of reads.filter(({ operationId }) => operationId !== 'place')) expect([operation.operationId, (await ask(operation, own)).status < 300]).toEqual([operation.operationId, true]);
  });

  it('are kept apart by Postgres, in every table that has tenants, whatever a query asks for', async () => {
    const tables = Object.keys(await printOf(pool, LOCAL_TENANT));
    const rows = await withTx(pool, LOCAL_TENANT, async (tx) => {
      const found: Record<string, number> = {};
      for (const table of tables) found[table] = (await tx.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]!.n;
      return found;
    });
    expect(Object.values(rows).filter((n) => n > 0).length).toBeGreaterThan(25);
    await withTx(pool, uuidv7(), async (tx) => {
      for (const table of tables) {
        if (table === 'tenants') continue;
        expect([table, (await tx.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]!.n]).toEqual([table, 0]);
      }
    });
    const unguarded = await withTx(pool, LOCAL_TENANT, async (tx) => (await tx.query<{ name: string }>(`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)`)).rows.map(({ name }) => name));
    expect(unguarded).toEqual(['tenants']);
  });
});
