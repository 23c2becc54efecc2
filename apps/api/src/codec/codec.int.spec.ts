import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CodecPayloads } from '#contracts';
import { testDatabase } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

const UI = 'http://127.0.0.1:8233';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PLAIN = { metadata: { encoding: base64('json/plain') }, data: base64('{"runId":"r"}') };

describe("the codec of Temporal's Web UI", () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-codec-'));
    writeFileSync(join(folder, 'key'), `k1 ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url, env: { HOLDFAST_PAYLOAD_KEY_FILE: join(folder, 'key') } });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: 'encode' | 'decode', payloads: unknown, origin?: string): Promise<Response> =>
    fetch(`${api.url}/v1/codec/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...(origin ? { origin } : {}) }, body: JSON.stringify({ payloads }) });

  it('gives back what was encrypted, to the Web UI', async () => {
    const { payloads } = (await (await ask('encode', [PLAIN])).json()) as CodecPayloads;
    expect(Buffer.from(payloads[0]!.metadata!['encoding']!, 'base64').toString()).toBe('binary/encrypted');
    const answer = await ask('decode', payloads, UI);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, UI]);
    expect(((await answer.json()) as CodecPayloads).payloads).toEqual([PLAIN]);
  });

  it.each([['http://127.0.0.1:9999', 403], ['http://localhost:8233', 200], ['https://elsewhere.example', 403]])('answers a page of %s with %d', async (origin, status) => {
    expect((await ask('decode', [PLAIN], origin)).status).toBe(status);
  });

  it('lets the Web UI ask first', async () => {
    const answer = await fetch(`${api.url}/v1/codec/decode`, { method: 'OPTIONS', headers: { origin: UI, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-namespace' } });
    expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([204, expect.stringContaining('x-namespace')]);
  });

  it('says that a payload was changed', async () => {
    const { payloads } = (await (await ask('encode', [PLAIN])).json()) as CodecPayloads;
    const bytes = Buffer.from(payloads[0]!.data!, 'base64');
    bytes[20]! ^= 1;
    const answer = await ask('decode', [{ ...payloads[0], data: bytes.toString('base64') }]);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'validation_failed']);
  });
});
