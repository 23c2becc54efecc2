import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rmSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApprovalView, LOCAL_TENANT, type RunRef, type RunView, type StepView } from '#contracts';
import { Child } from '../harness/child.js';
import { checkRun } from '../harness/check-run.js';
import { type RestApi, serveApi } from '../harness/rest-api.js';
import { Stack } from '../harness/stack.js';
import { until } from '../harness/until.js';
import { hands, holdFile, refusalFile } from './hands.js';
import { linesOf } from './lines.js';

jest.setTimeout(90_000);

/** A worker that dies, stands still or is cut off between a tool's effect and its record, and what a client then sees. */
describe('between an effect and its record', () => {
  let stack: Stack;
  let api: RestApi;
  beforeAll(async () => {
    stack = await Stack.start({ script: 'test/kill/hands-script.ts' });
    api = await serveApi(stack.api.options.env as Record<string, string>, [hands.contract]);
  });
  afterAll(async () => {
    await api?.stop();
    await stack?.stop();
  });

  const pathOf = (name: string): string => join(stack.folder, name);
  const modelOf = (tool: string, path: string, more: Record<string, string> = {}): string => `hands?${new URLSearchParams({ tool, path, ...more }).toString()}`;
  async function start(tool: string, name: string): Promise<RunRef> {
    const { status, body } = await api.post<RunView>('/runs', { agent: 'hands', model: modelOf(tool, pathOf(name)) });
    if (status !== 202) throw new Error(`POST /runs answered ${status}: ${JSON.stringify(body)}`);
    return { tenantId: LOCAL_TENANT, runId: body.id };
  }
  const approvals = async (ref: RunRef): Promise<ApprovalView[]> => (await api.get<{ data: ApprovalView[] }>(`/runs/${ref.runId}/approvals`)).body.data;
  const pending = (ref: RunRef): Promise<ApprovalView> => until('an approval', async () => (await approvals(ref)).find((a) => a.status === 'pending'));
  const decide = async (ref: RunRef, body: object): Promise<void> => {
    const { id, digest } = await pending(ref);
    expect(await api.post(`/approvals/${id}`, { digest, ...body })).toMatchObject({ status: 200 });
  };
  const steps = async (ref: RunRef): Promise<StepView[]> => (await api.get<{ data: StepView[] }>(`/runs/${ref.runId}/steps?include=content`)).body.data;
  /** What the model was given as the first call's result. */
  const told = async (ref: RunRef): Promise<string | undefined> => (await steps(ref)).find((s) => s.calls.some((c) => c.tool !== 'done'))?.messages?.find((m) => m.role === 'tool')?.content;
  const written = (name: string, count = 1): Promise<unknown> => until(`${count} lines of ${name}`, () => linesOf(pathOf(name)).length >= count);
  const keys = (name: string): number => new Set(linesOf(pathOf(name)).map((l) => l.key)).size;
  const completed = async (ref: RunRef): Promise<void> => {
    await stack.untilStatus(ref, 'completed', 40_000);
    await checkRun(stack.pool, ref, { status: 'completed' });
  };

  it('kill -9: each call takes effect once, or under one key, or a person decides; approvals and forks go on', async () => {
    const hold = (name: string): void => writeFileSync(holdFile(pathOf(name), stack.worker.pid), '');
    const names = ['known', 'unknown', 'leave', 'again', 'edited'] as const;
    names.forEach(hold);
    const source = await start('again', 'source');
    const [known, unknown, leave, again, edited, waiting] = await Promise.all([start('known', 'known'), start('unknown', 'unknown'), start('unknown', 'leave'), start('again', 'again'), start('approved', 'edited'), start('approved', 'waiting')] as const);
    await decide(edited, { decision: 'approve', editedArgs: { path: pathOf('edited'), line: 'another' } });
    await pending(waiting);
    await completed(source);
    for (const name of names) await written(name);
    const { body } = await api.post<RunView>(`/runs/${source.runId}/forks`, { fromStep: 1, overrides: { model: modelOf('again', pathOf('forked'), { calls: '2', delayMs: '1500' }) } });
    const fork = { ...source, runId: body.id };
    await stack.untilStep(fork, 2);
    await stack.worker.kill();
    // A person decides while no worker is there.
    await decide(waiting, { decision: 'approve' });
    await stack.worker.start();

    await completed(known);
    expect([linesOf(pathOf('known')).length, await told(known)]).toEqual([1, 'found it done']);
    await completed(again);
    expect([linesOf(pathOf('again')).length, keys('again')]).toEqual([2, 1]);
    await completed(edited);
    expect([linesOf(pathOf('edited')).map((l) => l.line), keys('edited')]).toEqual([['another', 'another'], 1]);
    await completed(waiting);
    expect(linesOf(pathOf('waiting'))).toHaveLength(1);

    await stack.untilStatus(unknown, 'waiting_approval', 30_000);
    expect(await pending(unknown)).toMatchObject({ kind: 'doubt', tool: 'unknown' });
    await decide(unknown, { decision: 'deny' });
    await completed(unknown);
    expect([linesOf(pathOf('unknown')).length, await told(unknown)]).toEqual([1, expect.stringContaining('not made again')]);
    await decide(leave, { decision: 'approve' });
    await completed(leave);
    expect([linesOf(pathOf('leave')).length, keys('leave')]).toEqual([2, 1]);

    await stack.untilStatus(fork, 'completed', 40_000);
    expect(linesOf(pathOf('forked'))).toHaveLength(1);
    const compared = await api.get<{ shared: number }>(`/runs/${source.runId}/compare/${fork.runId}`);
    expect(compared.body.shared).toBe(1);
  });

  it('a worker that is cut off from Temporal: its command ends before another worker begins; its late result is adopted while the attempt is open, and refused after', async () => {
    const cut = stack.worker.pid;
    for (const name of ['late', 'closed']) writeFileSync(holdFile(pathOf(name), cut), '');
    const refs = await Promise.all([start('again', 'late'), start('again', 'closed'), start('command', 'command')] as const);
    const [late, closed, command] = refs;
    await Promise.all([written('late'), written('closed'), until('the command', () => beats('command') > 0)]);
    const other = new Child('worker-2', { ...stack.worker.options, env: { ...stack.worker.options.env, TEMPORAL_ADDRESS: stack.temporal.address }, log: join(stack.folder, 'worker-2.log') });
    try {
      await other.start();
      writeFileSync(holdFile(pathOf('late'), other.pid), '');
      writeFileSync(refusalFile(pathOf('closed')), '');
      await stack.doors.temporal.cut();
      await ended('command');
      await completed(command);
      expect(Number(/begins at (\d+)/.exec((await told(command))!)![1])).toBeGreaterThan(beats('command'));
      await written('late', 2);
      await completed(closed);
      for (const name of ['late', 'closed']) rmSync(holdFile(pathOf(name), cut));
      await until('the late result', async () => (await stack.run(late)).head_step >= 1);
      rmSync(holdFile(pathOf('late'), other.pid));
      await completed(late);
      expect([await told(late), linesOf(pathOf('late')).map((l) => l.pid), keys('late')]).toEqual([`by ${cut}`, [cut, other.pid], 1]);
      // The other worker refused the first attempt; what the first one made of it came after that.
      expect((await steps(closed)).find((s) => s.step === 1)).toMatchObject({ attempts: 2 });
      expect([linesOf(pathOf('closed')).length, keys('closed')]).toEqual([3, 2]);
      for (const ref of refs) await checkRun(stack.pool, ref, { status: 'completed' });
    } finally {
      await stack.doors.temporal.open();
      await other.kill();
    }
  });

  it('a worker that stands still: its command is ended for it', async () => {
    const run = await start('command', 'frozen');
    await until('the command', () => beats('frozen') > 0);
    process.kill(stack.worker.pid, 'SIGSTOP');
    await ended('frozen');
    await stack.worker.kill();
    await stack.worker.start();
    await completed(run);
  });

  /** Waits until the command has ended, in half the time after which its call is made again and a little. */
  async function ended(name: string): Promise<void> {
    const began = Date.now();
    await until('the command’s end', async () => {
      const before = beats(name);
      await sleep(600);
      return beats(name) === before;
    });
    expect(Date.now() - began).toBeLessThan(9_000);
  }

  /** When the command last said that it lives; 0 where it never has. */
  function beats(name: string): number {
    try {
      return Number(readFileSync(join(pathOf(name), 'beats'), 'utf8').trim().split('\n').at(-1));
    } catch {
      return 0;
    }
  }
});
