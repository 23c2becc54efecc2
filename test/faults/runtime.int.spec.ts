import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { checkRun } from '../harness/check-run.js';
import { LoopStack } from '../harness/loop-stack.js';
import { playScenario } from '../harness/scenario.js';

jest.setTimeout(40_000);

type Play = (request: never, n: number) => ReturnType<LoopStack['script']>;
const play = playScenario as unknown as Play;

describe('a run whose runtime is not there', () => {
  let stack: LoopStack;
  beforeAll(async () => void (stack = await LoopStack.start()));
  afterAll(() => stack?.stop());

  it('says which command gets the missing model, and goes on when the model appears', async () => {
    let there = false;
    stack.script = (request, n) => (there ? play(request as never, n) : { error: { status: 404, message: `model '${request.model}' not found` } });
    const ref = await stack.startRun({ steps: 2 });
    const { status_reason: reason } = await stack.untilStatus(ref, 'waiting_runtime');
    expect(reason).toEqual({ code: 'model_missing', detail: expect.stringContaining('ollama pull') });
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
    stack.script = (request, n) => (there ? play(request as never, n) : { error: { status: 404, message: `model '${request.model}' not found` } });
    await stack.runtime.start();
    await untilReason(stack, ref, 'model_missing');
    there = true;
    await stack.untilStatus(ref, 'completed');
    await checkRun(stack.pool, ref, { status: 'completed' });
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
      return down ? { error: { status: 503, message: 'loading' } } : play(request as never, n);
    };
    const ref = await stack.startRun({ steps: 2 });
    await stack.untilStatus(ref, 'waiting_runtime');
    await stack.ask(ref, 'pause');
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

async function untilReason(stack: LoopStack, ref: Parameters<LoopStack['run']>[0], code: string): Promise<void> {
  while ((await stack.run(ref)).status_reason?.code !== code) await stack.quiet(25);
}
