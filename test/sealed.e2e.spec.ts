import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ArtifactView, LOCAL_TENANT, type Problem, type RunView } from '#contracts';
import { Stack } from './harness/stack.js';

jest.setTimeout(120_000);

const PLANTED = ['Quarkbeetle', 'zymurgical', 'xylocaine-7731', 'wolverhampton'];
const TRANSCRIPT = `[doctor] what brings you in , mister Quarkbeetle ?
[patient] my left knee hurts , a zymurgical pain , since two weeks .
[doctor] what do you take ?
[patient] ibuprofen , four hundred milligrams , and xylocaine-7731 from a friend in wolverhampton .
[doctor] stop that . start meloxicam 15 milligrams . come back in three weeks .`;
const WORDS = 'Write wolverhampton in capitals.';

/** Patient text is planted in what a run is given, what the model writes and what people say; then every file that the run has touched is read. */
describe('a sensitive run at rest', () => {
  let stack: Stack;
  let runId: string;
  let path: string;
  beforeAll(async () => {
    stack = await Stack.start({ script: 'test/harness/slow-scribe.ts' });
    await stack.api.start();
    runId = (await call<RunView>('POST', '/runs', { agent: 'medical', input: { transcript: TRANSCRIPT } }, { 'idempotency-key': 'once' })).body.id;
    expect((await call<RunView>('POST', '/runs', { agent: 'medical', input: { transcript: TRANSCRIPT } }, { 'idempotency-key': 'once' })).body.id).toBe(runId);
    expect((await call('POST', `/runs/${runId}/messages`, { text: WORDS }, { 'idempotency-key': 'words' })).status).toBe(202);
    await stack.untilStatus({ tenantId: LOCAL_TENANT, runId }, 'waiting_approval', 60_000);
    const [artifact] = (await call<{ data: ArtifactView[] }>('GET', `/runs/${runId}/artifacts`)).body.data;
    path = `/runs/${runId}/artifacts/${artifact!.id}`;
  }, 120_000);
  afterAll(() => stack?.stop());

  const call = async <T>(method: string, route: string, body?: object, headers: Record<string, string> = {}): Promise<{ status: number; body: T }> => {
    const answer = await fetch(`${stack.apiUrl}/v1${route}`, { method, headers: { 'content-type': 'application/json', ...headers }, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : null) as T };
  };
  const filesBelow = (folder: string): string[] => readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? filesBelow(join(folder, name)) : [join(folder, name)]));

  it('is read through the API as any other', async () => {
    expect((await call<RunView>('GET', `/runs/${runId}`)).body.input).toMatchObject({ transcript: TRANSCRIPT });
    const { body: artifact } = await call<ArtifactView>('GET', path);
    expect(JSON.stringify(artifact.content)).toContain('zymurgical');
    expect(JSON.stringify((await call(`GET`, `/runs/${runId}/steps?include=content`)).body)).toContain('zymurgical');
    const signed = await call<ArtifactView>('POST', `${path}/sign`, { digest: artifact.signOff!.digest, comment: 'as Quarkbeetle said' });
    expect(signed.body.signOff).toMatchObject({ status: 'signed', comment: 'as Quarkbeetle said' });
    await stack.untilStatus({ tenantId: LOCAL_TENANT, runId }, 'completed', 60_000);
    expect((await call('POST', `${path}/addenda`, { text: 'Quarkbeetle rang from wolverhampton.' })).status).toBe(201);
  });

  it('leaves nothing that can be read in the database’s files, in Temporal’s, or in a log', async () => {
    await stack.postgres.stop();
    const files = filesBelow(stack.folder);
    expect(files.length).toBeGreaterThan(500);
    const hashes = [TRANSCRIPT, WORDS].flatMap((t) => [createHash('sha256').update(t).digest(), createHash('sha256').update(`${LOCAL_TENANT}\0${t}`).digest()]);
    const found: string[] = [];
    for (const file of files) {
      const bytes = readFileSync(file);
      const text = bytes.toString('latin1').toLowerCase();
      for (const word of PLANTED) if (text.includes(word.toLowerCase())) found.push(`${word} in ${file.slice(stack.folder.length)}`);
      for (const hash of hashes) if (bytes.includes(hash) || text.includes(hash.toString('hex'))) found.push(`a hash in ${file.slice(stack.folder.length)}`);
    }
    expect(found).toEqual([]);
    await stack.postgres.start();
  });

  it('is gone with its key, and says so', async () => {
    rmSync(join(stack.folder, 'run-keys', `${runId}.key`));
    await stack.api.kill();
    await stack.api.start();
    for (const route of [`/runs/${runId}`, path, `/runs/${runId}/steps?include=content`]) expect(await call<Problem>('GET', route)).toMatchObject({ status: 410, body: { code: 'key_missing' } });
    expect((await call('GET', `/runs?agent=medical`)).status).toBe(200);
    expect((await call('DELETE', `/runs/${runId}`)).status).toBe(204);
  });
});
