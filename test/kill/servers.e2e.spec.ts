import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRun } from '../harness/check-run.js';
import { Stack } from '../harness/stack.js';

jest.setTimeout(60_000);

/** The servers that Holdfast stands on, each killed with SIGKILL while runs are under way. */
describe('kill -9', () => {
  let stack: Stack;
  beforeAll(async () => void (stack = await Stack.start()));
  afterAll(() => stack?.stop());

  it('of Postgres in mid step, and again while it recovers: runs go on', async () => {
    const refs = await Promise.all([1, 2, 3].map((key) => stack.startRun({ steps: 8, delayMs: 250, calls: 2, key: String(key) })));
    await stack.untilStep(refs[0]!, 3);
    await sleep(Math.random() * 300);
    await stack.postgres.kill();
    await stack.postgres.killWhileRecovering();
    await stack.postgres.start();
    for (const ref of refs) {
      await stack.untilStatus(ref, 'completed', 40_000);
      const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
      expect(branch).toHaveLength(9);
    }
  });

  it('of Postgres right after a step was opened, before that is on disk: the step is opened again', async () => {
    for (let round = 0; round < 3; round++) {
      const ref = await stack.startRun({ steps: 3, delayMs: 600 });
      await stack.untilStep(ref, 2);
      await stack.postgres.kill();
      await stack.postgres.start();
      await stack.untilStatus(ref, 'completed', 40_000);
      await checkRun(stack.pool, ref, { status: 'completed' });
    }
  });

  it('of Temporal with its file: runs go on where they were', async () => {
    const refs = await Promise.all([1, 2, 3].map((key) => stack.startRun({ steps: 8, delayMs: 200, calls: 2, key: String(key) })));
    await stack.untilStep(refs[0]!, 3);
    await sleep(Math.random() * 300);
    await stack.temporal.kill();
    await sleep(500);
    await stack.temporal.start();
    for (const ref of refs) {
      await stack.untilStatus(ref, 'completed', 40_000);
      const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
      expect(branch).toHaveLength(9);
    }
  });
});
