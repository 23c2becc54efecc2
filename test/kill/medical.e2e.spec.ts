import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clinicalNoteSchema, type MedicalResult } from '#agents/medical/contract';
import { type ArtifactView, LOCAL_TENANT, type RunView, type StepView } from '#contracts';
import { PROJECT_ROOT } from '#platform';
import { Stack } from '../harness/stack.js';
import { until } from '../harness/until.js';

// A loaded machine is waited for as long as the run moves; what is bounded is how long it may stand still.
jest.setTimeout(540_000);
const STILL_MS = 120_000;
const [, TRANSCRIPT] = /made-up-1,"([^"]+)"/.exec(readFileSync(join(PROJECT_ROOT, 'samples/clinical/visits.csv'), 'utf8'))!;

/** From transcript to signed and exported note through the REST API, every part of Holdfast being killed on the way. */
describe('a medical run whose parts are killed', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ script: 'test/harness/slow-scribe.ts' });
    await stack.api.start();
  }, 240_000);
  afterAll(() => stack?.stop());

  const call = async <T>(method: string, path: string, body?: object, accept = 'application/json'): Promise<{ status: number; body: T }> => {
    const answer = await fetch(`${stack.apiUrl}/v1${path}`, { method, headers: { 'content-type': 'application/json', accept }, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: answer.status, body: (answer.headers.get('content-type')?.includes('json') ? await answer.json() : await answer.text()) as T };
  };

  it('loses no section, waits without a worker, is signed, and is exported', async () => {
    const ref = { tenantId: LOCAL_TENANT, runId: (await call<RunView>('POST', '/runs', { agent: 'medical', input: { transcript: TRANSCRIPT } })).body.id };
    await stack.untilStep(ref, 3, STILL_MS);
    await stack.worker.kill();
    await stack.worker.start();
    await stack.untilStep(ref, 6, STILL_MS);
    await stack.postgres.kill();
    await stack.postgres.start();
    await stack.untilStatus(ref, 'waiting_approval', STILL_MS);
    await stack.worker.kill();
    await stack.api.kill();
    await stack.temporal.kill();
    await stack.temporal.start();
    await stack.api.start();
    const [listed] = (await call<{ data: ArtifactView[] }>('GET', `/runs/${ref.runId}/artifacts`)).body.data;
    const path = `/runs/${ref.runId}/artifacts/${listed!.id}`;
    const { body: artifact } = await call<ArtifactView>('GET', path);
    const note = clinicalNoteSchema.parse(artifact.content);
    expect(note.sections).toHaveLength(8);
    expect((await call('GET', path, undefined, 'application/pdf')).status).toBe(409);
    expect((await call<ArtifactView>('POST', `${path}/sign`, { digest: artifact.signOff!.digest })).body.signOff).toMatchObject({ status: 'signed' });
    // The signature is a row: it holds though no worker has seen it.
    expect(await call('GET', path, undefined, 'text/markdown')).toMatchObject({ status: 200, body: expect.stringContaining('Signed by') });
    await stack.worker.start();
    await stack.untilStatus(ref, 'completed', STILL_MS);
    const { body: run } = await call<RunView>('GET', `/runs/${ref.runId}`);
    expect(run.result as MedicalResult).toMatchObject({ status: 'signed', artifactId: listed!.id });
    const { data: steps } = (await call<{ data: StepView[] }>('GET', `/runs/${ref.runId}/steps`)).body;
    expect(steps.filter((s) => s.state === 'closed').map((s) => s.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await call<{ data: ArtifactView[] }>('GET', `/runs/${ref.runId}/artifacts`)).body.data).toHaveLength(1);
    await until('no sentence of the source in a log', async () => {
      for (const part of ['worker', 'api'] as const) expect(await stack.log(part)).not.toContain('penicillin');
      return true;
    });
  });
});
