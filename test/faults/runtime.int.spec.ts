import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { soleGate } from '#activities';
import { LOCAL_PRINCIPAL, type RunRef, workflowIds } from '#contracts';
import { insertInbox, withTx } from '#store';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';
import { until } from '../harness/until.js';

jest.setTimeout(40_000);

const play = playScenario as LoopStack['script'];

describe('a run whose runtime is not there', () => {
  let stack: LoopStack;
  beforeAll(async () => void (stack = await LoopStack.start()));
  afterAll(() => stack?.stop());

  it.each([
    ['missing', 'model_missing', { status: 404, message: "model 'm' not found" }],
    ['damaged', 'model_unreadable', { status: 500, message: 'unable to load model: /blobs/sha256-0' }],
  ])('says which command gets a model that is %s, and goes on when it is there', async (_what, code, error) => {
    let there = false;
    stack.script = (request, n) => (there ? play(request, n) : { error });
    const ref = await stack.startRun({ steps: 2 });
    const { status_reason: reason } = await stack.untilStatus(ref, 'waiting_runtime');
    expect(reason).toEqual({ code, detail: expect.stringContaining('ollama pull') });
    there = true;
    await stack.untilStatus(ref, 'completed');
    const { events } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(events.filter((e) => e.type === 'step.started')).toHaveLength(3);
  });

  it('names the newest reason: first no server, then a server without the model', async () => {
    await stack.runtime.stop();
    const ref = await stack.startRun({ steps: 1 });
    expect((await stack.untilStatus(ref, 'waiting_runtime')).status_reason?.code).toBe('runtime_unavailable');
    let there = false;
    stack.script = (request, n) => (there ? play(request, n) : { error: { status: 404, message: `model '${request.model}' not found` } });
    await stack.runtime.start();
    await untilReason(stack, ref, 'model_missing');
    there = true;
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
  });

  it('pauses its gate: all runs say that they wait, nobody asks the runtime for each, and all go on when it is back', async () => {
    stack.script = play;
    await stack.runtime.stop();
    const refs = await Promise.all([1, 2, 3].map(() => stack.startRun({ steps: 1 })));
    for (const ref of refs) expect((await stack.untilStatus(ref, 'waiting_runtime')).status_reason?.code).toBe('runtime_unavailable');
    expect(stack.deps.gate.isPaused('ollama')).toBe(true);
    for (const ref of refs) await until('a third try', async () => (await triesOf(stack, ref)) >= 3);
    await stack.runtime.start();
    for (const ref of refs) await stack.untilStatus(ref, 'completed');
    expect(stack.deps.gate.isPaused('ollama')).toBe(false);
    // Tries that a paused gate refuses leave nothing behind: a run may wait for days.
    for (const ref of refs) {
      const { events } = await checkRun(stack.pool, ref, { status: 'completed' });
      expect(events.filter((e) => e.type === 'step.attempt_reset')).toHaveLength(1);
      expect(events.filter((e) => e.type === 'status.changed')).toHaveLength(4);
    }
  });

  it('is tried again when its stream falls silent, before the first token and after it', async () => {
    await stack.stopWorkers();
    const before = stack.deps.gate;
    stack.deps.gate = soleGate(stack.deps.runtime, 'none', 4, { limitsOf: () => ({ firstTokenMs: 400, stallMs: 400 }) });
    await stack.startWorkers();
    try {
      for (const silent of [{ hang: true }, { content: 'Once upon a time there was', stall: true }]) {
        let calls = 0;
        stack.script = (request, n) => (calls++ === 0 ? silent : play(request, n));
        const ref = await stack.startRun({ steps: 1 });
        await stack.untilStatus(ref, 'completed');
        const { events } = await checkRun(stack.pool, ref, { status: 'completed' });
        const { rows } = await withTx(stack.pool, ref.tenantId, (tx) => tx.query<{ data: unknown }>(`select data from events where run_id = $1 and type = 'status.changed' order by seq`, [ref.runId]));
        expect(rows.map(({ data }) => data)).toContainEqual(expect.objectContaining({ status: 'waiting_runtime', code: 'runtime_stalled' }));
        expect(events.filter((e) => e.type === 'step.started')).toHaveLength(2);
      }
    } finally {
      await stack.stopWorkers();
      stack.deps.gate = before;
      await stack.startWorkers();
    }
  });

  it('is cancelled at once', async () => {
    await stack.runtime.stop();
    const ref = await stack.startRun({ steps: 2 });
    await stack.untilStatus(ref, 'waiting_runtime');
    const asked = Date.now();
    await stack.ask(ref, 'cancel');
    await stack.untilStatus(ref, 'cancelled');
    expect(Date.now() - asked).toBeLessThan(3_000);
    await stack.runtime.start();
    await checkRun(stack.pool, ref, { status: 'cancelled' });
  });

  it('can be paused and resumed while it waits, in a later attempt too', async () => {
    let calls = 0;
    let down = true;
    stack.script = (request, n) => {
      if (calls++ === 0) return { content: 'x', toolCalls: [{ name: 'no_such_tool', args: {} }] };
      return down ? { error: { status: 503, message: 'loading' } } : play(request, n);
    };
    const ref = await stack.startRun({ steps: 2 });
    await stack.untilStatus(ref, 'waiting_runtime');
    // Without a wake: the next try of the call finds it.
    await withTx(stack.pool, ref.tenantId, (tx) => insertInbox(tx, ref, { kind: 'pause', principalId: LOCAL_PRINCIPAL }));
    await stack.untilStatus(ref, 'paused');
    await stack.ask(ref, 'resume');
    down = false;
    await stack.untilStatus(ref, 'completed');
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 2, 3]);
  });

  it('ends as limit_reached when its time is over while it waits', async () => {
    await stack.runtime.stop();
    const ref = await stack.startRun({ steps: 2 }, { limits: { maxSeconds: 3 } });
    expect((await stack.untilStatus(ref, 'limit_reached')).status).toBe('limit_reached');
    await stack.runtime.start();
    await checkRun(stack.pool, ref, { status: 'limit_reached' });
  });
});

/** Deliveries of the run's model call so far. */
async function triesOf(stack: LoopStack, { runId }: RunRef): Promise<number> {
  const { raw } = await stack.client.workflow.getHandle(workflowIds.run(runId)).describe();
  return raw.pendingActivities?.find((a) => a.activityType?.name === 'callModel')?.attempt ?? 0;
}

async function untilReason(stack: LoopStack, ref: Parameters<LoopStack['run']>[0], code: string): Promise<void> {
  while ((await stack.run(ref)).status_reason?.code !== code) await stack.quiet(25);
}
