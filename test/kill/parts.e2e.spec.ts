import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRun } from '../harness/check-run.js';
import type { Scenario } from '../harness/scenario.js';
import { Stack } from '../harness/stack.js';

jest.setTimeout(60_000);

/** The worker and the model's runtime, each ended while a run is under way. */
describe('in the middle of a run,', () => {
  let stack: Stack;
  beforeAll(async () => void (stack = await Stack.start()));
  afterAll(() => stack?.stop());

  it('kill -9 of the worker in mid model call: the run goes on from the step it was in', async () => {
    const ref = await stack.startRun({ steps: 3, delayMs: 1_200 });
    await stack.untilStep(ref, 2);
    await sleep(150);
    await stack.worker.kill();
    const at = await stack.run(ref);
    await stack.worker.start();
    await stack.untilStatus(ref, 'completed', 30_000);
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(at.next_step).toBe(3);
    expect(branch).toEqual([1, 2, 3, 4]);
  });

  it('kill -9 of the worker at random moments, several times: each line is written under one key, whatever was repeated', async () => {
    const path = join(stack.folder, 'lines');
    const scenario: Scenario = { steps: 12, delayMs: 120, tool: 'append_line', path, calls: 2 };
    const refs = await Promise.all([1, 2, 3].map((key) => stack.startRun({ ...scenario, key: String(key) })));
    for (let kills = 0; kills < 2; kills++) {
      await stack.untilStep(refs[0]!, 3 + kills * 4, 40_000);
      await sleep(Math.random() * 600);
      await stack.worker.kill();
      await stack.worker.start();
    }
    for (const ref of refs) {
      await stack.untilStatus(ref, 'completed', 40_000);
      const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
      expect(branch).toHaveLength(scenario.steps + 1);
    }
    await expectLines(path, refs.length * scenario.steps * 2);
  });

  it('SIGTERM of the worker is no cancel: the model call under way is finished, and the run waits for the next worker', async () => {
    const ref = await stack.startRun({ steps: 3, delayMs: 1_500 });
    await stack.untilStep(ref, 2);
    await sleep(200);
    await stack.worker.stop();
    expect(await stack.run(ref)).toMatchObject({ status: 'running', head_step: 1, next_step: 3 });
    await stack.worker.start();
    await stack.untilStatus(ref, 'completed');
    const { events } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(events.filter((e) => e.type === 'step.attempt_reset')).toEqual([]);
  });

  it('kill -9 of the runtime in mid generation: the run says what it waits for, and goes on', async () => {
    const ref = await stack.startRun({ steps: 3, delayMs: 600 });
    await stack.untilStep(ref, 2);
    await sleep(250);
    await stack.runtime.kill();
    const waiting = await stack.untilStatus(ref, 'waiting_runtime');
    expect(waiting.status_reason).toEqual({ code: 'runtime_unavailable', detail: expect.stringContaining('http://127.0.0.1') });
    await stack.runtime.start();
    await stack.untilStatus(ref, 'completed');
    const { branch, events } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(branch).toEqual([1, 2, 3, 4]);
    expect(events.filter((e) => e.type === 'status.changed').length).toBe(4);
  });
});

/** Every line is there; one that was written twice bears the same key, by which whoever takes it knows it again. */
async function expectLines(path: string, count: number): Promise<void> {
  const lines = [...new Set((await readFile(path, 'utf8')).trim().split('\n'))];
  expect(lines).toHaveLength(count);
  expect(new Set(lines.map((l) => l.split(' ')[0]))).toHaveProperty('size', count);
}
