import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createReconcilerActivities, type ExecutionState, type RunStarter } from '#activities';
import { LOCAL_PRINCIPAL, type RunRef } from '#contracts';
import { changeStatus, insertInbox, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { writeRun } from '../harness/start-run.js';

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
    const states: Record<string, () => Promise<ExecutionState>> = {
      [poison!.runId]: () => Promise.reject(new Error('Temporal does not like this one')),
      [resumed!.runId]: async () => {
        await withTx(stack.pool, resumed!.tenantId, (tx) => tx.query(`update runs set status = 'queued' where run_id = $1`, [resumed!.runId]));
        return 'completed';
      },
      [lost!.runId]: async () => 'missing',
      [stopped!.runId]: async () => 'terminated',
    };
    const nothing = async (): Promise<void> => undefined;
    const starter: RunStarter = { startedAt: async () => new Date(), describeIngestion: async () => 'running', runningRuns: async () => [], terminate: nothing, start: nothing, startIngestion: nothing, startBatch: nothing, syncSchedule: nothing, wake: nothing, cancel: nothing, describe: (ref) => states[ref.runId]?.() ?? Promise.resolve('running') };
    const { reconcileRuns } = createReconcilerActivities({ pool: stack.pool, notifier: stack.deps.notifier, starter, agents: stack.deps.agents });
    await expect(new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(reconcileRuns, undefined)).rejects.toThrow();
    expect((await stack.run(lost!)).status).toBe('failed');
    expect((await stack.run(resumed!)).status).toBe('queued');
    await checkRun(stack.pool, lost!, { status: 'failed' });
    await checkRun(stack.pool, stopped!, { status: 'cancelled' });
    for (const ref of refs) await stack.handle(ref).terminate();
  });

  /** A request of which only the row was written. */
  async function row(ref: RunRef, kind: 'resume' | 'cancel'): Promise<void> {
    await withTx(stack.pool, ref.tenantId, async (tx) => {
      await insertInbox(tx, ref, { kind, principalId: LOCAL_PRINCIPAL });
      if (kind === 'cancel') await changeStatus(tx, ref, ['running'], 'cancelling', null);
    });
  }
});
