import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startApi, type TestApi } from '#apps/api/src/testing/start-api';
import type { PrincipalView } from '#client';
import { PROJECT_ROOT } from '#platform';
import { testDatabase, type TestDatabase } from '#test/setup/servers';

jest.setTimeout(90_000);

/** From nothing but a database to keys of two tenants, as their owner would. */
describe('holdfast api-keys', () => {
  let database: TestDatabase;
  let api: TestApi;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-keys-'));
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url, env: { HOLDFAST_AUTH: 'true' } });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  function holdfast(args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; out: string; err: string }> {
    const { HOLDFAST_API_KEY: _, HOLDFAST_API_KEY_FILE: __, ...inherited } = process.env;
    const child = spawn(process.execPath, ['--import', './test/setup/source-loader.mjs', 'apps/cli/src/main.ts', ...args], { cwd: PROJECT_ROOT, env: { ...inherited, HOLDFAST_URL: api.url, DATABASE_URL: database.url, NODE_OPTIONS: '', ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  }
  const principal = async (key: string): Promise<PrincipalView> => (await (await fetch(`${api.url}/v1/principal`, { headers: { authorization: `Bearer ${key}` } })).json()) as PrincipalView;

  it('makes a first key in the database, and further ones with it', async () => {
    expect(await holdfast(['runs'])).toMatchObject({ code: 5, err: expect.stringMatching(/unauthenticated[\s\S]*HOLDFAST_API_KEY_FILE/) });
    expect(await holdfast(['api-keys', 'create', '--database', '--name', 'x', '--role', 'god'])).toMatchObject({ code: 2, err: expect.stringContaining('viewer, operator') });
    const first = await holdfast(['api-keys', 'create', '--database', '--name', 'owner', '--role', 'admin']);
    expect([first.code, first.out.trim(), first.err]).toEqual([0, expect.stringMatching(/^hf_\S+$/), expect.stringContaining('shown once')]);
    writeFileSync(join(folder, 'key'), first.out, { mode: 0o600 });
    const own = { HOLDFAST_API_KEY_FILE: join(folder, 'key') };

    const robot = (await holdfast(['api-keys', 'create', '--name', 'robot', '--role', 'operator', '--role', 'viewer', '--days', '3'], own)).out.trim();
    const me = JSON.parse((await holdfast(['whoami', '--json'], { HOLDFAST_API_KEY: robot })).out) as PrincipalView;
    expect(me).toMatchObject({ name: 'robot', roles: ['operator', 'viewer'] });
    const rotated = (await holdfast(['api-keys', 'rotate', me.keyId!], { HOLDFAST_API_KEY: robot })).out.trim();
    expect((await principal(rotated)).principalId).toBe(me.principalId);
    expect(await principal(robot)).toMatchObject({ code: 'unauthenticated' });
    expect((await holdfast(['api-keys', 'revoke', (await principal(rotated)).keyId!], own)).out).toContain('is revoked');
    expect((await holdfast(['api-keys', 'list'], own)).out).toMatch(/robot +operator,viewer +revoked/);
  });

  it('makes tenants, and first keys of theirs', async () => {
    const made = await holdfast(['tenants', 'create', 'ward']);
    const tenantId = made.out.split(' ')[0]!;
    expect((await holdfast(['tenants', 'create', 'ward'])).err).toContain('already');
    expect((await holdfast(['tenants', 'list'])).out).toMatch(/local[\s\S]*ward/);
    const key = (await holdfast(['api-keys', 'create', '--database', '--tenant', 'ward', '--name', 'nurse', '--role', 'viewer'])).out.trim();
    expect(await principal(key)).toMatchObject({ tenantId, name: 'nurse' });
  });
});
