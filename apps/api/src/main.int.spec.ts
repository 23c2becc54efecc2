import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { testDatabase, testTemporal } from '#test/setup/servers';

jest.setTimeout(30_000);

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('the API process', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let dataDir: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'holdfast-api-'));
  });
  afterEach(() => {
    for (const c of children.splice(0)) c.kill('SIGKILL');
  });
  afterAll(async () => {
    rmSync(dataDir, { recursive: true });
    await database.drop();
  });

  async function start(env: Record<string, string>) {
    const child = spawn(process.execPath, ['--conditions=source', '--import', join(ROOT, 'test/setup/source-loader.mjs'), join(ROOT, 'apps/api/src/main.ts')], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', HOLDFAST_DATA_DIR: dataDir, HOLDFAST_PORT: '0', HOLDFAST_LOG_LEVEL: 'warn', DATABASE_URL: database.url, TEMPORAL_ADDRESS: testTemporal(), ...env },
    });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d: Buffer) => (output += d));
    const exited = new Promise<number | null>((go) => child.on('exit', go));
    const said = async (pattern: RegExp): Promise<string> => {
      const ended = { now: false };
      void exited.then(() => (ended.now = true));
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? found[0];
        if (ended.now) throw new Error(`the process ended: ${output}`);
        await new Promise((go) => setTimeout(go, 20));
      }
    };
    return { child, exited, said, output: () => output };
  }
  const READY = /^api ready on (http:\/\/127\.0\.0\.1:\d+)$/m;

  it.each(['SIGTERM', 'SIGINT'] as const)('says where it listens, serves, and stops on %s', async (signal) => {
    const api = await start({});
    const url = await api.said(READY);
    const { body } = await request(url).post('/v1/runs').send({ agent: 'probe', input: {} });
    expect(body).toMatchObject({ code: 'unknown_agent', detail: expect.stringContaining('research') });
    // Longer than a proxy or a client keeps a connection that nobody uses; stopping does not wait for this one.
    const idle = await fetch(`${url}/healthz`);
    expect([await idle.json(), idle.headers.get('keep-alive')]).toEqual([expect.anything(), 'timeout=75']);
    const agents = (await request(url).get('/v1/agents')).body.data.map((a: { name: string }) => a.name) as string[];
    expect(agents).toContain('research');
    expect(agents).not.toContain('probe');
    const stopped = Date.now();
    api.child.kill(signal);
    expect(await api.exited).toBe(0);
    expect(Date.now() - stopped).toBeLessThan(4_000);
  });

  it('finishes open streams before it stops, and offers the probe agent where it is asked for', async () => {
    const api = await start({ HOLDFAST_PROBE_AGENT: '1' });
    const url = await api.said(READY);
    const { body: run } = await request(url).post('/v1/runs').send({ agent: 'probe', input: {} }).expect(202);
    const stream = await fetch(`${url}/v1/runs/${run.id}/events`, { headers: { accept: 'text/event-stream' } });
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: run.queued')) text += (await reader.read()).value!;
    api.child.kill('SIGTERM');
    // Ends, rather than being cut: a cut connection would reject.
    while (!(await reader.read()).done);
    expect(await api.exited).toBe(0);
  });

  it('names the port that is taken, and the setting', async () => {
    const taken = createServer();
    await new Promise<void>((go) => taken.listen(0, '127.0.0.1', go));
    const { port } = taken.address() as { port: number };
    const api = await start({ HOLDFAST_PORT: String(port) });
    expect(await api.exited).toBe(1);
    expect(api.output()).toContain(`HOLDFAST_PORT: port ${port} on 127.0.0.1 is taken`);
    expect(api.output()).toContain('--port');
    taken.close();
  });

  it('names a setting that is wrong', async () => {
    const api = await start({ TEMPORAL_ADDRESS: 'http://127.0.0.1:1' });
    expect(await api.exited).toBe(1);
    expect(api.output()).toMatch(/^TEMPORAL_ADDRESS: must be host:port/m);
  });

  it('listens on loopback alone where it asks nobody who they are', async () => {
    const api = await start({ HOLDFAST_HOST: '0.0.0.0' });
    expect(await api.exited).toBe(1);
    expect(api.output()).toMatch(/^HOLDFAST_HOST: 0\.0\.0\.0 is not a loopback address, and no authentication is configured\. Set HOLDFAST_AUTH=true/m);
  });

  it('listens elsewhere where it asks for keys, makes the first one and writes it to no log', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-api-key-'));
    const api = await start({ HOLDFAST_HOST: '0.0.0.0', HOLDFAST_AUTH: 'true', HOLDFAST_DATA_DIR: folder, HOLDFAST_API_HOSTS: 'holdfast.example.org', HOLDFAST_LOG_LEVEL: 'trace' });
    const port = new URL(await api.said(/^api ready on (http:\/\/0\.0\.0\.0:\d+)$/m)).port;
    const key = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
    const ask = (host: string) => request(`http://127.0.0.1:${port}`).get('/v1/runs').set('Host', host).set('Authorization', `Bearer ${key}`);
    expect([(await ask('holdfast.example.org')).status, (await ask('evil.example.org')).status, (await request(`http://127.0.0.1:${port}`).get('/v1/runs')).status]).toEqual([200, 403, 401]);
    api.child.kill('SIGTERM');
    expect(await api.exited).toBe(0);
    expect(api.output()).toContain('admin.key');
    expect(api.output()).not.toContain(key.slice(-20));
    rmSync(folder, { recursive: true });
  });

  it('starts and says so while Postgres and Temporal are down', async () => {
    const api = await start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const url = await api.said(READY);
    expect((await request(url).get('/healthz')).status).toBe(200);
    const ready = await request(url).get('/readyz');
    expect([ready.status, ready.body.status, ready.body.parts.postgres.state, ready.body.parts.temporal.state]).toEqual([503, 'not_ready', 'down', 'down']);
    expect(api.output()).toContain('cannot be migrated yet');
  });
});
