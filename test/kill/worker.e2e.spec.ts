import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRun } from '../harness/check-run.js';
import { Stack } from '../harness/stack.js';

jest.setTimeout(60_000);

describe('kill -9 of the worker', () => {
  let stack: Stack;
  beforeAll(async () => void (stack = await Stack.start()));
  afterAll(() => stack?.stop());

  it('in mid model call: the run goes on from the step it was in', async () => {
    const ref = await stack.startRun({ steps: 4, delayMs: 400 });
    await stack.untilStep(ref, 2);
    await sleep(150);
    await stack.worker.kill();
    const at = await stack.run(ref);
    await stack.worker.start();
    await stack.untilStatus(ref, 'completed', 30_000);
    const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
    expect(at.next_step).toBe(3);
    expect(branch).toEqual([1, 2, 3, 4, 5]);
  });

  it('at random moments, several times in one run: each line is written under one key, whatever was repeated', async () => {
    const path = join(stack.folder, 'lines');
    const refs = await Promise.all([1, 2, 3].map((key) => stack.startRun({ steps: 14, delayMs: 120, tool: 'append_line', path, calls: 2, key: String(key) })));
    for (let kills = 0; kills < 2; kills++) {
      await stack.untilStep(refs[0]!, 3 + kills * 4, 40_000);
      await sleep(Math.random() * 600);
      await stack.worker.kill();
      await stack.worker.start();
    }
    for (const ref of refs) {
      await stack.untilStatus(ref, 'completed', 40_000);
      const { branch } = await checkRun(stack.pool, ref, { status: 'completed' });
      expect(branch).toHaveLength(15);
    }
    const lines = [...new Set((await readFile(path, 'utf8')).trim().split('\n'))];
    expect(lines).toHaveLength(3 * 14 * 2);
    expect(new Set(lines.map((l) => l.split(' ')[0]))).toHaveProperty('size', lines.length);
  });
});
