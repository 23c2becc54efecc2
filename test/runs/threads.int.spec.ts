import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { dungeonMaster } from '#agents/dungeon-master/activities/index';
import { probe } from '#agents/probe/activities/index';
import { LOCAL_TENANT, type RunRef, type RunView, type ThreadView, worldBatchSchema, type WorldChangeInput } from '#contracts';
import { changeWorld, forgetStates, insertWorld, loadWorld, withTx } from '#store';
import { CAMPAIGN_RULES } from '#world';
import { ApiStack } from '../harness/api-stack.js';
import { checkRun } from '../harness/check-run.js';
import type { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);
const play = playScenario as LoopStack['script'];

const INN: WorldChangeInput[] = [
  { kind: 'created', entity: { id: 'inn', type: 'location', name: 'the inn' } },
  { kind: 'created', entity: { id: 'hero', type: 'character', name: 'Aldo', in: 'inn', attrs: { alive: true, player: true, gold: 10, hp: 20 } } },
  { kind: 'created', entity: { id: 'lamp', type: 'item', name: 'brass lamp', in: 'inn' } },
];

describe('runs of one thread', () => {
  let stack: ApiStack;
  beforeAll(async () => {
    stack = await ApiStack.start({ agents: new Map([probe, dungeonMaster].map((a) => [a.contract.name, a])) });
  }, 120_000);
  afterAll(() => stack?.stop());

  const slow = { steps: 40, delayMs: 100 };
  const quick = { steps: 2 };
  const view = async (ref: RunRef): Promise<RunView> => (await stack.get<RunView>(`/runs/${ref.runId}`)).body;
  const thread = async (id: string): Promise<ThreadView> => (await stack.get<ThreadView>(`/threads/${id}`)).body;
  const newThread = async (): Promise<string> => (await stack.post<ThreadView>('/threads', { tags: ['talk'] })).body.id;
  const waits = { status: 'queued', statusReason: { code: 'thread_busy' } };
  /** A live run that has done a step. */
  async function busy(threadId: string): Promise<RunRef> {
    const ref = await stack.run(slow, { threadId });
    await stack.loop.untilStep(ref, 2);
    return ref;
  }

  it('reject: a second one is refused, and asking needs a thread to ask it of', async () => {
    const threadId = await newThread();
    const live = await busy(threadId);
    for (const more of [{}, { onBusy: 'reject' }]) expect(await stack.post('/runs', { agent: 'probe', threadId, ...more })).toMatchObject({ status: 409, body: { code: 'thread_busy' } });
    expect(await stack.post('/runs', { agent: 'probe', onBusy: 'enqueue' })).toMatchObject({ status: 400, body: { errors: [{ path: 'onBusy' }] } });
    await stack.post(`/runs/${live.runId}/cancel`);
    await stack.loop.untilStatus(live, 'cancelled');
    await stack.loop.untilStatus(await stack.run(quick, { threadId }), 'completed');
  });

  it('enqueue: each waits for the one before it, without an execution; one that is cancelled leaves the line', async () => {
    const threadId = await newThread();
    const live = await stack.run({ steps: 8, delayMs: 100 }, { threadId });
    const key = { 'idempotency-key': `second-${threadId}` };
    const body = { agent: 'probe', input: { steps: 2 }, model: 'play?steps=2', threadId, onBusy: 'enqueue' };
    const [first, again] = [await stack.post<RunView>('/runs', body, key), await stack.post<RunView>('/runs', body, key)];
    expect([first.status, first.body]).toEqual([202, expect.objectContaining({ ...waits, statusReason: expect.objectContaining(waits.statusReason) })]);
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    const [gone, last] = [await stack.run(quick, { threadId, onBusy: 'enqueue' }), await stack.run(quick, { threadId, onBusy: 'enqueue' })];
    expect(await thread(threadId)).toMatchObject({ tags: ['talk'], runs: 4, liveRunId: live.runId, waitingRunIds: [first.body.id, gone.runId, last.runId] });
    await expect(stack.loop.handle(last).describe()).rejects.toThrow();
    expect(await stack.post(`/runs/${gone.runId}/cancel`)).toMatchObject({ status: 202, body: { status: 'cancelled' } });
    const second = { ...live, runId: first.body.id };
    for (const ref of [live, second, last]) await stack.loop.untilStatus(ref, 'completed');
    for (const [before, after] of [[live, second], [second, last]] as const) expect((await view(after)).startedAt! >= (await view(before)).endedAt!).toBe(true);
    for (const ref of [live, second, last]) await checkRun(stack.loop.pool, ref, { status: 'completed' });
    expect(await view(gone)).toMatchObject({ status: 'cancelled', startedAt: null });
    expect(await thread(threadId)).toMatchObject({ liveRunId: null, waitingRunIds: [] });
  });

  it('interrupt: the live one is cancelled and keeps what it did; the newest is next, before those that wait', async () => {
    const threadId = await newThread();
    const live = await busy(threadId);
    const patient = await stack.run(quick, { threadId, onBusy: 'enqueue' });
    await stack.loop.stopWorkers();
    const overtaken = await stack.run(quick, { threadId, onBusy: 'interrupt' });
    expect(await view(live)).toMatchObject({ status: 'cancelling' });
    const next = await stack.run(quick, { threadId, onBusy: 'interrupt' });
    // It had taken the place of the live one and had not begun: nothing of it is left to end.
    expect(await view(overtaken)).toMatchObject({ status: 'cancelled', startedAt: null });
    expect(await thread(threadId)).toMatchObject({ liveRunId: live.runId, waitingRunIds: [next.runId, patient.runId] });
    await stack.loop.startWorkers();
    for (const ref of [next, patient]) await stack.loop.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.loop.pool, live, { status: 'cancelled' });
    expect(branch.length).toBeGreaterThan(0);
    const times = await Promise.all([view(live), view(next), view(patient)]);
    expect([times[0]!.endedAt! <= times[1]!.startedAt!, times[1]!.endedAt! <= times[2]!.startedAt!]).toEqual([true, true]);
  });

  it('interrupt of one that has not begun: it ends at once', async () => {
    const threadId = await newThread();
    const later = await stack.run(quick, { threadId, startAt: new Date(Date.now() + 3_600_000).toISOString() });
    const next = await stack.run(quick, { threadId, onBusy: 'interrupt' });
    expect(await view(later)).toMatchObject({ status: 'cancelled' });
    await stack.loop.untilStatus(next, 'completed');
  });

  it('rollback: the live one is cancelled and removed, its world is as it was, and the next one plays in that', async () => {
    const threadId = await newThread();
    const world = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
    await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...world, name: 'inn', rules: CAMPAIGN_RULES }));
    await changeWorld(stack.loop.pool, world, worldBatchSchema.parse({ changes: INN }));
    const lampIn = async (): Promise<unknown> => (forgetStates(), (await loadWorld(stack.loop.pool, world)).get('lamp')!.in);
    let down = true;
    stack.loop.script = (request, n) => (request.model !== 'scripted' ? play(request, n) : down ? { error: { status: 503, message: 'loading' } } : { content: 'So it is.' });
    const say = (said: string, more: object): Promise<RunRef> => stack.run({ steps: 1 }, { agent: 'dungeon-master', input: { worldId: world.worldId, actor: 'hero', said }, model: 'scripted', threadId, ...more });
    const taken = await say('take the brass lamp', {});
    await stack.loop.untilStatus(taken, 'waiting_runtime');
    expect(await lampIn()).toBe('hero');
    down = false;
    const looks = await say('look around', { onBusy: 'rollback' });
    await stack.loop.untilStatus(looks, 'completed');
    expect(await lampIn()).toBe('inn');
    await until('the run to be removed', async () => (await stack.get(`/runs/${taken.runId}`)).status === 404, 30_000);
    expect(await thread(threadId)).toMatchObject({ runs: 1, liveRunId: null });
  });

  it('rollback is refused where others have written to the world since', async () => {
    const threadId = await newThread();
    const world = { tenantId: LOCAL_TENANT, worldId: uuidv7() };
    await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => insertWorld(tx, { ...world, name: 'inn', rules: CAMPAIGN_RULES }));
    await changeWorld(stack.loop.pool, world, worldBatchSchema.parse({ changes: INN }));
    stack.loop.script = (request, n) => (request.model !== 'scripted' ? play(request, n) : { error: { status: 503, message: 'loading' } });
    const input = { worldId: world.worldId, actor: 'hero', said: 'take the brass lamp' };
    const live = await stack.run({ steps: 1 }, { agent: 'dungeon-master', input, model: 'scripted', threadId });
    await stack.loop.untilStatus(live, 'waiting_runtime');
    await changeWorld(stack.loop.pool, world, worldBatchSchema.parse({ changes: [{ kind: 'created', entity: { id: 'cup', type: 'item', name: 'cup', in: 'inn' } }] }));
    expect(await stack.post('/runs', { agent: 'dungeon-master', input, model: 'scripted', threadId, onBusy: 'rollback' })).toMatchObject({ status: 409, body: { code: 'world_shared' } });
    expect(await thread(threadId)).toMatchObject({ runs: 1, liveRunId: live.runId });
    await stack.post(`/runs/${live.runId}/cancel`);
    await stack.loop.untilStatus(live, 'cancelled');
  });

  it('a run that nobody gave its turn gets it from the reconciler', async () => {
    const threadId = await newThread();
    const live = await busy(threadId);
    const next = await stack.run(quick, { threadId, onBusy: 'enqueue' });
    await stack.loop.stopWorkers();
    // As a Postgres that was restored may have it: the live one's end is known, its follower's turn is not.
    await withTx(stack.loop.pool, LOCAL_TENANT, (tx) => tx.query(`update runs set status = 'failed', ended_at = now() where run_id = $1`, [live.runId]));
    await stack.loop.startWorkers();
    await stack.loop.untilStatus(next, 'completed', 30_000);
  });

  it('a thread is deleted with its runs once they have ended', async () => {
    const threadId = uuidv7();
    const live = await busy(threadId);
    expect(await stack.delete(`/threads/${threadId}`)).toBe(409);
    await stack.post(`/runs/${live.runId}/cancel`);
    await stack.loop.untilStatus(live, 'cancelled');
    expect((await stack.get<{ data: ThreadView[] }>('/threads?limit=200')).body.data.map((t) => t.id)).toContain(threadId);
    expect(await stack.delete(`/threads/${threadId}`)).toBe(204);
    expect([(await stack.get(`/threads/${threadId}`)).status, (await stack.get(`/runs/${live.runId}`)).status, await stack.delete(`/threads/${threadId}`)]).toEqual([404, 404, 404]);
  });
});
