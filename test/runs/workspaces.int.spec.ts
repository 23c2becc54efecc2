import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers } from '#activities';
import { createCodingAgent } from '#agents/coding/activities/index';
import { bundleWorkflows } from '#apps/worker/src/bundle';
import { createWorkers, hostIdOf } from '#apps/worker/src/workers';
import { type RunRef, TASK_QUEUES } from '#contracts';
import type { ScriptedAnswer, ScriptedRequest } from '#models/scripted';
import { createSandbox, Workspaces } from '#workspace';
import { ApiStack } from '../harness/api-stack.js';

jest.setTimeout(90_000);
const LESSON = 'write it to b.txt instead';

describe('a run that works on files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-places-'));
  const repo = join(folder, 'repo');
  let stack: ApiStack;
  let down = false;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(repo);
    writeFileSync(join(repo, 'README.md'), 'nothing yet\n');
    const git = (...args: string[]): Buffer => execFileSync('git', ['-C', repo, '-c', 'user.name=u', '-c', 'user.email=u@localhost', ...args]);
    for (const args of [['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'first']]) git(...args);
    const coding = createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), sandbox: createSandbox({ executables: { bwrap: null } }), setupHosts: [] });
    stack = await ApiStack.start({ agents: new Map([['coding', coding]]) });
    stack.loop.script = answer;
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes a.txt, or after the lesson b.txt, then lists the folder, then ends; while it is down it does not list. */
  function answer(request: ScriptedRequest) {
    const path = request.messages.some((m) => m.content.includes(LESSON)) ? 'b.txt' : 'a.txt';
    const done = request.messages.filter((m) => m.role === 'tool').length;
    if (done === 0) return { content: '', toolCalls: [{ name: 'write', args: { path, content: 'x\n' } }] };
    if (down) return { error: { status: 503, message: 'loading' } };
    return { content: '', toolCalls: [done === 1 ? { name: 'list', args: {} } : { name: 'finish', args: { status: 'not_fixed', summary: 'done' } }] };
  }
  /** Writes the same wrong file again and again, from prompts that the runtime counts alike, until it is offered what it had written. */
  const drifting = (request: ScriptedRequest): ScriptedAnswer => {
    const done = request.messages.filter((m) => m.role === 'tool').length;
    const call = (name: string, args: Record<string, unknown>): ScriptedAnswer => ({ content: '', toolCalls: [{ name, args }], promptTokens: 4_000 });
    const offered = request.messages.find((m) => m.content.includes('Unverified and not applied'));
    if (offered) return done > 1 ? call('finish', { status: 'not_fixed', summary: 'done' }) : call('write', { path: 'c.txt', content: 'y\n' });
    return done === 0 ? call('list', {}) : call('write', { path: 'wrong.txt', content: 'wrong words\n' });
  };
  const checkpoints = async (run: RunRef) => (await stack.get<{ data: { step: number; parent: number; workspaceCommit: string | null }[] }>(`/runs/${run.runId}/checkpoints`)).body.data;
  const files = async (run: RunRef) => ((await stack.get<{ result: { files: { path: string }[]; commit: string } }>(`/runs/${run.runId}`)).body.result);

  it('stays on the host that has its files, and goes on elsewhere where that one is gone', async () => {
    down = true;
    const run = await stack.run({ steps: 1 }, { agent: 'coding', input: { repo, task: 'write a file' }, model: 'scripted' });
    await stack.loop.untilStatus(run, 'waiting_runtime');
    await stack.loop.stopWorkers();
    const config = { ...stack.loop.config, dataDir: join(folder, 'other') };
    const elsewhere = createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'elsewhere'), repositories: [folder] }), sandbox: createSandbox({ executables: { bwrap: null } }), setupHosts: [] });
    const other = await createWorkers(config, { ...stack.loop.deps, agents: new Map([['coding', elsewhere]]) }, await bundleWorkflows());
    const running = other.run();
    down = false;
    await stack.loop.untilStatus(run, 'completed', 50_000);
    other.shutdown();
    await running;
    await stack.loop.startWorkers();
    expect([(await files(run)).files.map((f) => f.path), existsSync(join(folder, 'elsewhere', run.runId))]).toEqual([['a.txt'], true]);
    const { events } = await stack.loop.handle(run).fetchHistory();
    const queues = events!.flatMap((e) => (e.activityTaskScheduledEventAttributes?.activityType?.name === 'callTool' ? [e.activityTaskScheduledEventAttributes.taskQueue!.name] : []));
    const [here, there] = [TASK_QUEUES.host(hostIdOf(stack.loop.config)), TASK_QUEUES.host(hostIdOf(config))];
    expect(queues).toEqual([TASK_QUEUES.main, here, TASK_QUEUES.main, there]);
  });

  it('goes back with its files, and a fork starts with those of its checkpoint', async () => {
    down = true;
    const lost = await stack.run({ steps: 1 }, { agent: 'coding', input: { repo, task: 'write a file' }, model: 'scripted' });
    await stack.loop.untilStatus(lost, 'waiting_runtime');
    rmSync(join(folder, 'workspaces', lost.runId), { recursive: true });
    const run = await stack.run({ steps: 1 }, { agent: 'coding', input: { repo, task: 'write a file' }, model: 'scripted' });
    await stack.loop.untilStatus(run, 'waiting_runtime');
    const [, written] = await checkpoints(run);
    expect(await stack.post(`/runs/${run.runId}/rewind`, { toStep: 0, lesson: LESSON })).toMatchObject({ status: 202 });
    await stack.loop.untilStep(run, 3);
    down = false;
    await stack.loop.untilStatus(run, 'completed');
    // A run whose folder is lost goes on from the repository and its packs.
    await stack.loop.untilStatus(lost, 'completed');
    expect((await files(lost)).files.map((f) => f.path)).toEqual(['a.txt']);
    const result = await files(run);
    expect(result.files.map((f) => f.path)).toEqual(['b.txt']);
    // A call that changes no file leaves the commit as it was, and each checkpoint names its own.
    const [again, listed] = (await checkpoints(run)).slice(-3);
    expect([again!.parent, again!.workspaceCommit, listed!.workspaceCommit]).toEqual([0, result.commit, result.commit]);
    expect(written!.workspaceCommit).not.toBe(result.commit);
    const { body } = await stack.post(`/runs/${run.runId}/forks`, { fromStep: 1 });
    const fork = { ...run, runId: body['id'] as string };
    await stack.loop.untilStatus(fork, 'completed');
    expect(await files(fork)).toMatchObject({ files: [{ path: 'a.txt' }], commit: written!.workspaceCommit });
    // What the agent keeps on this machine goes with the run, and nothing of another's.
    const kept = async (): Promise<string[]> => (await removeLeftovers(stack.loop.deps), readdirSync(join(folder, 'workspaces'))).sort();
    const before = await kept();
    expect(before).toEqual(expect.arrayContaining([run.runId, fork.runId]));
    expect(await stack.delete(`/runs/${run.runId}`)).toBe(204);
    expect(await kept()).toEqual(before.filter((id) => id !== run.runId));
  });

  it('is taken back by the ladder with its files, and is offered what it had changed as unverified', async () => {
    stack.loop.script = drifting;
    const run = await stack.run({ steps: 1 }, { agent: 'coding', input: { repo, task: 'write a file' }, model: 'scripted', sampling: { maxTokens: 200 }, drift: { holdout: 0, cooldown: 0, judge: null, ladder: { harness_fault: [{ rung: 'rewind' }] } } });
    await stack.loop.untilStatus(run, 'completed');
    stack.loop.script = answer;
    const { body: steps } = await stack.get<{ data: { step: number; parent: number; steering: { rung: string } | null; messages: { role: string; content: string }[] }[] }>(`/runs/${run.runId}/steps?include=content`);
    const after = steps.data.find(({ steering }) => steering?.rung === 'rewind')!;
    expect([after.step, after.parent]).toEqual([5, 1]);
    const offered = after.messages.find(({ content }) => content.includes('Unverified and not applied'))!;
    expect(offered.role).toBe('user');
    expect(offered.content).toMatch(/```diff\n[\s\S]*wrong\.txt[\s\S]*\+wrong words/);
    expect((await files(run)).files.map((f) => f.path)).toEqual(['c.txt']);
  });
});
