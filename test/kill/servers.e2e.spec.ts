import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { probeContract } from '#agents/probe/contract';
import type { RunSummary, ScheduleView } from '#contracts';
import { checkRun } from '../harness/check-run.js';
import { serveApi } from '../harness/rest-api.js';
import { modelOf } from '../harness/scenario.js';
import { Stack } from '../harness/stack.js';
import { until } from '../harness/until.js';

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

  it('of everything at once, under a schedule: what was due meanwhile is made up for, and nothing is fired twice', async () => {
    const api = await serveApi(stack.api.options.env as Record<string, string>, [probeContract]);
    try {
      const { body } = await api.post<ScheduleView>('/schedules', { name: 'often', spec: { intervals: [{ everySeconds: 2 }] }, overlap: 'allow_all', run: { agent: 'probe', model: modelOf({ steps: 1 }), input: { steps: 1 } } });
      const fires = async (): Promise<number[]> => (await api.get<ScheduleView>(`/schedules/${body.id}`)).body.lastFires.map((f) => Date.parse(f.nominalAt)).sort((a, b) => a - b);
      await until('two fires', async () => (await fires()).length >= 2);
      await Promise.all([stack.temporal.kill(), stack.worker.kill(), stack.postgres.kill()]);
      await sleep(5_000);
      await Promise.all([stack.temporal.start(), stack.postgres.start()]);
      await stack.worker.start();
      const back = Date.now();
      await until('the fires after it', async () => (await fires()).at(-1)! > back + 1_000, 30_000, 200);
      await api.post(`/schedules/${body.id}/pause`);
      const runs = await until('their runs', async () => {
        const { data } = (await api.get<{ data: RunSummary[] }>(`/runs?scheduleId=${body.id}&limit=200`)).body;
        return data.every((r) => r.status === 'completed') && data.length === (await fires()).length ? data : null;
      });
      const due = await fires();
      expect(due).toEqual(due.map((_, i) => due[0]! + i * 2_000));
      expect(runs.length).toBe(due.length);
    } finally {
      await api.stop();
    }
  });
});
