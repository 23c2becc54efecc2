import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { LOCAL_TENANT } from '#contracts';
import { PROJECT_ROOT } from '#platform';
import { createPool, putCodes, withTx } from '#store';
import { testDatabase, testTemporal } from '#test/setup/servers';
import { startApi, type TestApi } from '../testing/start-api.js';

describe('code lists', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let api: TestApi;
  let folder: string;
  beforeAll(async () => {
    database = await testDatabase();
    api = await startApi({ databaseUrl: database.url, temporalAddress: testTemporal() });
    folder = mkdtempSync(join(tmpdir(), 'holdfast-codes-'));
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });
  const search = async (query: string): Promise<string[]> => ((await request(api.url).get(`/v1/codes?${query}`).expect(200)).body as { data: { code: string }[] }).data.map((c) => c.code);

  it('are brought from a file and searched by words and by the beginning of a code', async () => {
    const file = join(folder, 'list.csv');
    writeFileSync(file, 'M17.1,"Unilateral primary osteoarthritis of the knee"\nM17.0,Bilateral primary osteoarthritis of the knee\nI10\tEssential hypertension\nnot a line\n');
    const said = await new Promise<string>((done, fail) => execFile(process.execPath, ['--import', join(PROJECT_ROOT, 'test/setup/source-loader.mjs'), join(PROJECT_ROOT, 'apps/cli/src/main.ts'), 'codes', 'load', '--system', 'icd-10', file], { cwd: PROJECT_ROOT, env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: database.url } }, (error, stdout, stderr) => (error ? fail(new Error(stderr)) : done(stdout))));
    expect(said.trim()).toBe('3 codes of icd-10');
    expect(await search('q=knee osteoarthritis')).toEqual(['M17.0', 'M17.1']);
    expect(await search('q=m17')).toEqual(['M17.0', 'M17.1']);
    expect(await search('q=hypertension&system=loinc')).toEqual([]);
    expect(await search('q=100%25')).toEqual([]);
  });

  it('are one tenant’s', async () => {
    const pool = createPool(database.url);
    await expect(withTx(pool, '00000000-0000-7000-8000-00000000000a', (tx) => putCodes(tx, LOCAL_TENANT, 'x', [{ code: 'a', display: 'b' }]))).rejects.toThrow('row-level security');
    await pool.end();
  });
});
