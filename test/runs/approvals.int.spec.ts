import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probe } from '#agents/probe/activities/index';
import { type ApprovalView, LOCAL_PRINCIPAL, type RunRef } from '#contracts';
import { ApiStack } from '../harness/api-stack.js';
import { checkRun } from '../harness/check-run.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const asking = (name: string, approval: { expiresAfterS?: number; remindAfterS?: number }): typeof probe => ({
  ...probe,
  contract: { ...probe.contract, name, tools: probe.contract.tools.map((t) => (t.name === 'append_line' ? { ...t, approval } : t)) },
});
const careful = asking('careful', {});
const hasty = asking('hasty', { expiresAfterS: 3, remindAfterS: 1 });

describe('approvals', () => {
  let stack: ApiStack;
  let folder: string;
  beforeAll(async () => {
    stack = await ApiStack.start({ agents: new Map([probe, careful, hasty].map((a) => [a.contract.name, a])) });
    folder = await mkdtemp(join(tmpdir(), 'holdfast-approvals-'));
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (path: string, agent = 'careful', steps = 1): Promise<RunRef> => stack.run({ steps, tool: 'append_line', path }, { agent });
  const list = async (ref: RunRef): Promise<ApprovalView[]> => (await stack.get<{ data: ApprovalView[] }>(`/runs/${ref.runId}/approvals`)).body.data;
  const asked = (ref: RunRef, n = 1): Promise<ApprovalView> => until(`approval ${n}`, async () => (await list(ref)).filter((a) => a.status === 'pending')[0] && (await list(ref))[n - 1]);
  const lines = async (path: string): Promise<string[]> => (await readFile(path, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);

  it('a run waits without a worker, and goes on with what was approved, by whom', async () => {
    const path = join(folder, 'approved');
    const ref = await start(path);
    await stack.loop.untilStatus(ref, 'waiting_approval');
    const approval = await asked(ref);
    expect(approval).toMatchObject({ kind: 'call', tool: 'append_line', args: { path, line: '1.0' }, status: 'pending', decidedBy: null });
    expect(await lines(path)).toEqual([]);
    await stack.loop.stopWorkers();
    const decided = await stack.post(`/approvals/${approval.id}`, { decision: 'approve', digest: approval.digest, comment: 'fine' });
    expect(decided).toMatchObject({ status: 200, body: { status: 'approved', decidedBy: LOCAL_PRINCIPAL, comment: 'fine' } });
    await stack.loop.startWorkers();
    await stack.loop.untilStatus(ref, 'completed');
    expect(await lines(path)).toEqual([expect.stringMatching(/ 1\.0$/)]);
    const { events } = await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect(events.filter((e) => e.type.startsWith('approval.')).map((e) => e.type)).toEqual(['approval.requested', 'approval.decided']);
    // The row is written before the execution closes.
    await until('what Temporal shows', async () => (await stack.loop.handle(ref).describe()).typedSearchAttributes.getAll().find(({ key }) => key.name === 'HoldfastStatus')?.value === 'completed');
  });

  it('refuses a stale digest, a second decision, and arguments that do not fit; runs what was edited', async () => {
    const path = join(folder, 'edited');
    const ref = await start(path);
    const { id, digest } = await asked(ref);
    expect(await stack.post(`/approvals/${id}`, { decision: 'approve', digest: 'a'.repeat(64) })).toMatchObject({ status: 409, body: { code: 'approval_stale' } });
    expect(await stack.post(`/approvals/${id}`, { decision: 'approve', digest, editedArgs: { path: 1 } })).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const decided = await stack.post(`/approvals/${id}`, { decision: 'approve', digest, editedArgs: { path, line: '1.edited' } });
    expect(decided).toMatchObject({ status: 200, body: { edited: true, args: { path, line: '1.edited' } } });
    expect(decided.body['digest']).not.toBe(digest);
    expect(await stack.post(`/approvals/${id}`, { decision: 'deny', digest })).toMatchObject({ status: 409, body: { code: 'approval_decided' } });
    await stack.loop.untilStatus(ref, 'completed');
    expect(await lines(path)).toEqual([expect.stringMatching(/ 1\.edited$/)]);
  });

  it('a refusal is read by the model, and nothing is done', async () => {
    const path = join(folder, 'denied');
    const ref = await start(path);
    const { id, digest } = await asked(ref);
    await stack.post(`/approvals/${id}`, { decision: 'deny', digest, comment: 'not that file' });
    await stack.loop.untilStatus(ref, 'completed');
    expect(await lines(path)).toEqual([]);
    const { body } = await stack.get<{ messages: { content: string }[] }>(`/runs/${ref.runId}/steps/1?include=content`);
    expect(body.messages.at(-1)!.content).toContain('not that file');
  });

  it('reminds, expires, and answers 410 from then on', async () => {
    const path = join(folder, 'expired');
    const ref = await start(path, 'hasty');
    const { id, digest } = await asked(ref);
    await stack.loop.untilStatus(ref, 'completed', 30_000);
    expect((await list(ref))[0]).toMatchObject({ status: 'expired', decidedBy: null, remindedAt: expect.any(String) });
    expect(await stack.post(`/approvals/${id}`, { decision: 'approve', digest })).toMatchObject({ status: 410, body: { code: 'approval_expired' } });
    expect(await lines(path)).toEqual([]);
    expect((await stack.loop.eventTypes(ref)).filter((t) => t === 'approval.requested')).toHaveLength(2);
  });

  it('while it waits: messages, a pause and a rewind; what is undone is withdrawn', async () => {
    const path = join(folder, 'rewound');
    const ref = await start(path, 'careful', 2);
    const first = await asked(ref);
    await stack.post(`/runs/${ref.runId}/messages`, { text: 'hello' });
    await stack.post(`/runs/${ref.runId}/pause`);
    await stack.loop.untilStatus(ref, 'paused');
    await stack.post(`/runs/${ref.runId}/resume`);
    await stack.loop.untilStatus(ref, 'waiting_approval');
    await stack.post(`/runs/${ref.runId}/rewind`, { toStep: 0 });
    const second = await until('a second approval', async () => (await list(ref))[1]);
    expect((await list(ref))[0]!.status).toBe('withdrawn');
    expect(await stack.post(`/approvals/${first.id}`, { decision: 'approve', digest: first.digest })).toMatchObject({ status: 409, body: { code: 'approval_decided' } });
    await stack.post(`/approvals/${second!.id}`, { decision: 'approve', digest: second!.digest });
    const third = await until('a third approval', async () => (await list(ref))[2]);
    await stack.post(`/runs/${ref.runId}/cancel`);
    await stack.loop.untilStatus(ref, 'cancelled');
    expect((await list(ref)).map((a) => a.status)).toEqual(['withdrawn', 'approved', 'withdrawn']);
    expect(third!.step).toBe(3);
    expect(await lines(path)).toHaveLength(1);
  });
});
