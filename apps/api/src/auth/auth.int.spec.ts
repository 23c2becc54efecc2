import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { type AccessRole, type CreatedKey, type KeyView, LOCAL_TENANT, ACCESS_ROLES } from '#contracts';
import { createLogger, loadConfig } from '#platform';
import { createPool, insertApproval, type Pool, withTx } from '#store';
import { testDatabase, type TestDatabase } from '#test/setup/servers';
import { makeFirstKey } from '../keys/first-key.js';
import { RunRows } from '../testing/run-rows.js';
import { codeOf, SecuredApi } from '../testing/secured-api.js';

const RUN = { agent: 'echo', input: { text: 'hi' } };
const DIGEST = '0'.repeat(64);
const NOWHERE = '019a0000-0000-7000-8000-000000000000';

describe('an API that asks for keys', () => {
  let database: TestDatabase;
  let pool: Pool;
  let api: SecuredApi;
  let admin: string;
  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.url, { max: 2 });
    api = await SecuredApi.start(pool, { databaseUrl: database.url, timing: { identifyMs: 50 }, env: { HOLDFAST_METRICS_PORT: '0' } });
    admin = (await api.key(['admin'], { name: 'owner' })).key;
  });
  afterAll(async () => {
    await api.close();
    await pool.end();
    await database.drop();
  });

  it('lets nobody in without a good one, before a body is read', async () => {
    const { key } = await api.key(['viewer']);
    const changed = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    for (const wrong of [null, 'hf_', changed, 'x'.repeat(100), 'eyJhbGciOiJub25lIn0.e30.']) {
      const answer = await api.ask('POST', '/v1/runs', wrong, RUN);
      expect([answer.status, codeOf(answer), answer.headers.get('www-authenticate')]).toEqual([401, 'unauthenticated', expect.stringContaining('Bearer')]);
    }
    expect((await api.ask('GET', '/V1/runs', null)).status).toBe(401);
    expect(await answerWithoutBody(api.api.url)).toContain('401');
  });

  it('leaves open what tells nothing of the installation', async () => {
    for (const path of ['/healthz', '/openapi.json', '/docs']) expect([path, (await api.ask('GET', path, null)).status]).toEqual([path, 200]);
    const ready = await api.ask('GET', '/readyz', null);
    expect(ready.text).not.toContain('127.0.0.1');
    expect((await api.ask('GET', '/readyz', admin)).text).toContain('127.0.0.1');
  });

  it('gives figures of the whole installation to keys of its own tenant', async () => {
    const tenantId = uuidv7();
    await api.tenant(tenantId, 'other');
    const { key: others } = await api.key(['admin'], { tenantId });
    const { key } = await api.key(['viewer']);
    expect([(await api.ask('GET', '/metrics', null)).status, (await api.ask('GET', '/metrics', others)).status, (await api.ask('GET', '/metrics', key)).status]).toEqual([401, 403, 200]);
  });

  it('allows each role what it is for', async () => {
    const asking: Record<string, [string, string, unknown?]> = {
      viewer: ['GET', '/v1/runs'],
      operator: ['POST', '/v1/corpora', { name: 'one' }],
      approver: ['POST', `/v1/approvals/${NOWHERE}`, { decision: 'deny', digest: DIGEST }],
      signer: ['POST', `/v1/runs/${NOWHERE}/artifacts/${NOWHERE}/sign`, { digest: DIGEST }],
      admin: ['GET', '/v1/keys'],
    };
    for (const role of ACCESS_ROLES) {
      const { key } = await api.key([role]);
      for (const [needed, [method, path, body]] of Object.entries(asking)) {
        const answer = await api.ask(method, path, key, body);
        const allowed = role === 'admin' || role === needed || needed === 'viewer';
        expect([role, needed, answer.status === 403]).toEqual([role, needed, !allowed]);
        if (!allowed) expect(codeOf(answer)).toBe('role_missing');
      }
    }
  });

  it('wants a signer where an approval signs, whichever way it is decided', async () => {
    const rows = new RunRows(pool);
    const run = await rows.run();
    await rows.start(run);
    const approvalId = uuidv7();
    await rows.tx((tx) => insertApproval(tx, { ...run, step: 1, attempt: 1, call: 0 }, { approvalId, kind: 'call', tool: 'sign_off', args: { artifactId: NOWHERE, digest: DIGEST }, detail: null, expiresAt: new Date(Date.now() + 3_600_000), remindAt: null }));
    rows.notifier.close();
    const decide = async (...roles: AccessRole[]) => codeOf(await api.ask('POST', `/v1/approvals/${approvalId}`, (await api.key(roles)).key, { decision: 'approve', digest: DIGEST }));
    expect([await decide('approver'), await decide('operator'), await decide('approver', 'signer')]).toEqual(['role_missing', 'role_missing', 'approval_stale']);
  });

  it('makes, lists, rotates and revokes keys, shows each once and keeps a hash', async () => {
    const made = JSON.parse((await api.ask('POST', '/v1/keys', admin, { name: 'robot', roles: ['operator', 'operator'], expiresInDays: 7 })).text) as CreatedKey;
    expect(made).toMatchObject({ name: 'robot', roles: ['operator'], state: 'active', lastUsedAt: null, key: expect.stringMatching(/^hf_/) });
    expect(Date.parse(made.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect((await api.ask('GET', '/v1/keys', made.key)).status).toBe(403);
    const run = JSON.parse((await api.ask('POST', '/v1/runs', made.key, RUN)).text) as { id: string };
    expect(await withTx(pool, LOCAL_TENANT, async (tx) => (await tx.query('select principal_id from runs where run_id = $1', [run.id])).rows)).toEqual([{ principal_id: made.principalId }]);

    const rotated = JSON.parse((await api.ask('POST', `/v1/keys/${made.id}/rotate`, made.key, { graceSeconds: 3_600 })).text) as CreatedKey;
    expect(rotated).toMatchObject({ principalId: made.principalId, roles: ['operator'], replaces: made.id });
    expect([(await api.ask('GET', '/v1/runs', made.key)).status, (await api.ask('GET', '/v1/runs', rotated.key)).status]).toEqual([200, 200]);
    expect((await api.ask('POST', `/v1/keys/${made.id}/rotate`, rotated.key, {})).status).toBe(403);
    expect((await api.ask('POST', `/v1/keys/${rotated.id}/rotate`, admin, {})).status).toBe(201);
    expect(codeOf(await api.ask('GET', '/v1/runs', rotated.key))).toBe('unauthenticated');

    expect((await api.ask('DELETE', `/v1/keys/${made.id}`, admin)).status).toBe(204);
    expect(codeOf(await api.ask('GET', '/v1/runs', made.key))).toBe('unauthenticated');
    const listed = (JSON.parse((await api.ask('GET', '/v1/keys', admin)).text) as { data: KeyView[] }).data;
    expect(listed.find(({ id }) => id === made.id)).toMatchObject({ state: 'revoked', lastUsedAt: expect.any(String) });
    const rows = await withTx(pool, LOCAL_TENANT, async (tx) => JSON.stringify([(await tx.query('select * from api_keys')).rows, (await tx.query('select * from audit_log')).rows]));
    expect(rows).not.toContain(made.key.slice(50));
    const audit = JSON.parse((await api.ask('GET', '/v1/audit?limit=500', admin)).text) as { data: { action: string; subject: string }[] };
    for (const action of ['api_key.created', 'api_key.revoked']) expect(audit.data).toContainEqual(expect.objectContaining({ action, subject: made.id }));
    expect(audit.data).toContainEqual(expect.objectContaining({ action: 'api_key.rotated', subject: rotated.id, principalId: made.principalId }));
    expect(JSON.parse((await api.ask('GET', '/v1/audit/verification', admin)).text)).toMatchObject({ broken: null });
  });

  it('refuses a key that has expired', async () => {
    const { key, id } = await api.key(['admin']);
    await withTx(pool, LOCAL_TENANT, (tx) => tx.query(`update api_keys set expires_at = now() - interval '1 second' where key_id = $1`, [id]));
    const answer = await api.ask('GET', '/v1/runs', key);
    expect([codeOf(answer), answer.text]).toEqual(['unauthenticated', expect.stringContaining('expired')]);
  });

  it('lets a key send as much as it may, and no other pays for that', async () => {
    const { key } = await api.key(['viewer'], { requestsPerSecond: 1 });
    const answers = await Promise.all(Array.from({ length: 15 }, () => api.ask('GET', '/v1/agents', key)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect([codeOf(refused[0]!), Number(refused[0]!.headers.get('retry-after'))]).toEqual(['rate_limited', expect.any(Number)]);
    expect((await api.ask('GET', '/v1/agents', admin)).status).toBe(200);
  });

  it('ends the event streams of a key with it', async () => {
    const { key, id } = await api.key(['operator']);
    const run = JSON.parse((await api.ask('POST', '/v1/runs', key, RUN)).text) as { id: string };
    const stream = await fetch(`${api.api.url}/v1/runs/${run.id}/events`, { headers: { accept: 'text/event-stream', authorization: `Bearer ${key}` } });
    const reader = stream.body!.getReader();
    expect((await reader.read()).done).toBe(false);
    const ended = (async () => {
      while (!(await reader.read()).done);
    })();
    expect((await api.ask('DELETE', `/v1/keys/${id}`, admin)).status).toBe(204);
    await expect(ended).rejects.toThrow();
  });

  it('says who asks', async () => {
    const { key, principalId, id } = await api.key(['signer'], { name: 'a doctor' });
    expect(JSON.parse((await api.ask('GET', '/v1/principal', key)).text)).toMatchObject({ principalId, name: 'a doctor', roles: ['signer'], authenticatedBy: 'key', keyId: id, tenantId: LOCAL_TENANT });
  });

  it("lets the Web UI ask the codec by a session's cookie, which counts nowhere else", async () => {
    const { key } = await api.key(['viewer']);
    const opened = await api.ask('POST', '/v1/session', key, {});
    const cookie = opened.headers.get('set-cookie')!;
    expect([opened.status, cookie]).toEqual([204, expect.stringMatching(/Path=\/v1\/codec; HttpOnly; SameSite=Strict/)]);
    const sent = { cookie: cookie.split(';')[0]! };
    expect((await api.ask('POST', '/v1/codec/decode', null, { payloads: [] }, sent)).status).toBe(200);
    expect((await api.ask('POST', '/v1/codec/decode', null, { payloads: [] })).status).toBe(401);
    expect((await api.ask('GET', '/v1/runs', null, undefined, sent)).status).toBe(401);
    expect((await api.ask('POST', '/v1/codec/decode', null, { payloads: [] }, { ...sent, origin: 'https://evil.example.org' })).status).toBe(403);
    expect((await api.ask('DELETE', '/v1/session', key)).headers.get('set-cookie')).toContain('Expires=Thu, 01 Jan 1970');
  });

  it('answers pages of no other site', async () => {
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await api.ask(method, '/v1/runs', admin, undefined, { origin: 'https://example.org', ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}) });
      expect([method, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([method, 403, null]);
    }
  });

  it('makes a first key for an installation that has none, for its owner alone, and no second', async () => {
    const fresh = await testDatabase();
    const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-first-key-'));
    try {
      const config = loadConfig({ DATABASE_URL: fresh.url, TEMPORAL_ADDRESS: '127.0.0.1:1', HOLDFAST_DATA_DIR: dataDir, HOLDFAST_AUTH: 'true', HOLDFAST_LOG_LEVEL: 'silent' });
      await Promise.all([1, 2, 3].map(() => makeFirstKey(config, createLogger(config, 'test'))));
      const file = join(dataDir, 'admin.key');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const own = createPool(fresh.url, { max: 1 });
      const other = await SecuredApi.start(own, { databaseUrl: fresh.url });
      const key = readFileSync(file, 'utf8').trim();
      expect((await api.ask('GET', '/v1/keys', key)).status).toBe(401);
      expect((JSON.parse((await other.ask('GET', '/v1/keys', key)).text) as { data: unknown[] }).data).toHaveLength(1);
      await other.close();
      await own.end();
      rmSync(file);
      await makeFirstKey(config, createLogger(config, 'test'));
      expect(existsSync(file)).toBe(false);
    } finally {
      rmSync(dataDir, { recursive: true });
      await fresh.drop();
    }
  });
});

/** What a request that promises a large body and sends none of it is answered. */
async function answerWithoutBody(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`POST /v1/runs HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${24 * 1024 * 1024}\r\n\r\n`);
  const answer = await new Promise<string>((done, fail) => void socket.once('data', (data) => done(data.toString())).once('error', fail));
  socket.destroy();
  return answer.split('\r\n')[0]!;
}
