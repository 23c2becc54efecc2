import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createReconcilerActivities, type ExecutionState, type RunStarter } from '#activities';
import { type BatchRef, LOCAL_PRINCIPAL, LOCAL_TENANT, type RunRef, scheduleSpecSchema } from '#contracts';
import { changeStatus, insertBatch, insertInbox, insertItems, insertSchedule, readBatchView, readSchedule, requestBatchCancel, startBatch, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { writeRun } from '../harness/start-run.js';
import { until } from '../harness/until.js';

jest.setTimeout(60_000);

/** What the API leaves behind where it dies, or Temporal is down, between a row and what follows it. */
describe('the reconciler', () => {
  let stack: LoopStack;
  beforeAll(async () => {
    stack = await LoopStack.start();
    const play = stack.script;
    stack.script = (request, n) => (request.model.includes('hangs') ? { hang: true } : play(request, n));
  });
  afterAll(() => stack?.stop());

  it('starts a run that was left queued, sends a wake and a cancel that Temporal never heard of', async () => {
    const queued = await writeRun(stack.pool, { steps: 2 });
    const paused = await stack.startRun({ steps: 3 });
    const doomed = await stack.startRun({ steps: 3, key: 'hangs' });
    await stack.ask(paused, 'pause');
    await stack.untilStep(doomed, 1);
    await stack.untilStatus(paused, 'paused');
    await row(paused, 'resume');
    await row(doomed, 'cancel');
    await stack.untilStatus(queued, 'completed', 30_000);
    await stack.untilStatus(paused, 'completed', 30_000);
    await stack.untilStatus(doomed, 'cancelled', 30_000);
    for (const ref of [queued, paused]) await checkRun(stack.pool, ref, { status: 'completed' });
    await checkRun(stack.pool, doomed, { status: 'cancelled' });
  });

  it('lets no run that cannot be mended keep the others waiting, follows what Temporal says, and leaves a run alone that was resumed meanwhile', async () => {
    const [poison, resumed, lost, stopped] = await Promise.all([1, 2, 3, 4].map((n) => stack.startRun({ steps: 3, key: `hangs${n}` })));
    const refs = [poison!, resumed!, lost!, stopped!];
    for (const ref of refs) await stack.untilStep(ref, 1);
    const listed = await stack.startRun({ steps: 3, key: 'hangs5' });
    await stack.untilStatus(listed, 'running');
    const states: Record<string, () => Promise<ExecutionState>> = {
      [poison!.runId]: () => Promise.reject(new Error('Temporal does not like this one')),
      [resumed!.runId]: async () => {
        await withTx(stack.pool, resumed!.tenantId, (tx) => tx.query(`update runs set status = 'queued' where run_id = $1`, [resumed!.runId]));
        return 'completed';
      },
      [lost!.runId]: async () => 'missing',
      [stopped!.runId]: async () => 'terminated',
      // What Temporal lists as running is not asked for once more.
      [listed.runId]: async () => 'missing',
    };
    await expect(pass({ runningRuns: async () => [listed.runId], describe: (ref) => states[ref.runId]?.() ?? Promise.resolve('running') })).rejects.toThrow();
    expect((await stack.run(lost!)).status).toBe('failed');
    expect((await stack.run(resumed!)).status).toBe('queued');
    expect((await stack.run(listed)).status).toBe('running');
    await checkRun(stack.pool, lost!, { status: 'failed' });
    await checkRun(stack.pool, stopped!, { status: 'cancelled' });
    for (const ref of [...refs, listed]) await stack.handle(ref).terminate();
  });

  it('ends a batch whose cancel Temporal never heard, starts one again that it has lost, and leaves one alone that was retried meanwhile', async () => {
    const make = async (cancelled: boolean): Promise<BatchRef> => {
      const ref = { tenantId: LOCAL_TENANT, batchId: uuidv7() };
      await withTx(stack.pool, LOCAL_TENANT, async (tx) => {
        await insertBatch(tx, { ...ref, principalId: LOCAL_PRINCIPAL, agent: 'probe', template: { agent: 'probe', tags: [] }, maxConcurrency: 1 });
        await insertItems(tx, ref, [{ n: 1, key: 'a', input: { steps: 1 } }]);
        await (cancelled ? requestBatchCancel(tx, ref) : startBatch(tx, ref));
      });
      return ref;
    };
    const [neverBegun, deaf, lost, stopped, retried] = await Promise.all([true, true, false, false, false].map(make));
    const told: string[] = [];
    const states: Record<string, () => Promise<ExecutionState>> = {
      [neverBegun!.batchId]: async () => 'missing',
      [deaf!.batchId]: async () => 'running',
      [lost!.batchId]: async () => 'missing',
      [stopped!.batchId]: async () => 'terminated',
      [retried!.batchId]: async () => {
        await withTx(stack.pool, LOCAL_TENANT, (tx) => tx.query(`update batches set status = 'queued', created_at = now() where batch_id = $1`, [retried!.batchId]));
        return 'terminated';
      },
    };
    await pass({ describeBatch: ({ batchId }) => states[batchId]!(), startBatch: async ({ batchId }) => void told.push(`start ${batchId}`), cancelBatch: async ({ batchId }) => void told.push(`cancel ${batchId}`) });
    expect(told.sort()).toEqual([`cancel ${deaf!.batchId}`, `start ${lost!.batchId}`]);
    const seen = await withTx(stack.pool, LOCAL_TENANT, async (tx) => {
      const views = [];
      for (const ref of [neverBegun!, deaf!, lost!, stopped!, retried!]) views.push((await readBatchView(tx, ref))!);
      return views.map(({ status, items }) => [status, items.pending, items.cancelled]);
    });
    expect(seen).toEqual([['cancelled', 0, 1], ['cancelling', 1, 0], ['running', 1, 0], ['cancelled', 0, 1], ['queued', 1, 0]]);
    for (const ref of [deaf!, lost!, retried!]) await withTx(stack.pool, LOCAL_TENANT, (tx) => tx.query('delete from batches where batch_id = $1', [ref.batchId]));
  });

  it('pauses a schedule that was made while Temporal was down and whose times that refuses, and says why', async () => {
    const ref = { tenantId: LOCAL_TENANT, scheduleId: uuidv7() };
    await withTx(stack.pool, LOCAL_TENANT, (tx) => insertSchedule(tx, { ...ref, principalId: LOCAL_PRINCIPAL, name: 'bad', kind: 'run', agent: 'probe', template: { agent: 'probe', input: { steps: 1 }, tags: [] }, worldId: null, maxConcurrency: 1, query: null, spec: scheduleSpecSchema.parse({ cron: ['every now and then'] }), overlap: 'skip', catchupSeconds: 60, paused: false, note: null }));
    const row = await until('the refusal', async () => {
      const found = await withTx(stack.pool, LOCAL_TENANT, (tx) => readSchedule(tx, ref));
      return found!.synced ? found : null;
    }, 20_000);
    expect(row).toMatchObject({ paused: true, note: expect.stringMatching(/^Temporal refuses its times: .*fields/) });
  });

  /** One full pass over the rows, with a Temporal that knows of nothing amiss but what `more` says. */
  async function pass(more: Partial<RunStarter>): Promise<void> {
    const nothing = async (): Promise<void> => undefined;
    const running = async (): Promise<ExecutionState> => 'running';
    const starter: RunStarter = { startedAt: async () => new Date(), describe: running, describeIngestion: running, describeBatch: running, runningRuns: async () => [], terminate: nothing, start: nothing, startIngestion: nothing, startBatch: nothing, cancelBatch: nothing, syncSchedule: async () => null, wake: nothing, cancel: nothing, ...more };
    const { reconcileRuns } = createReconcilerActivities({ pool: stack.pool, notifier: stack.deps.notifier, starter, agents: stack.deps.agents });
    await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(reconcileRuns, undefined);
  }

  /** A request of which only the row was written. */
  async function row(ref: RunRef, kind: 'resume' | 'cancel'): Promise<void> {
    await withTx(stack.pool, ref.tenantId, async (tx) => {
      await insertInbox(tx, ref, { kind, principalId: LOCAL_PRINCIPAL });
      if (kind === 'cancel') await changeStatus(tx, ref, ['running'], 'cancelling', null);
    });
  }
});
