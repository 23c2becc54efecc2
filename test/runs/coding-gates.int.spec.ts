import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createCodingAgent } from '#agents/coding/activities/index';
import { type ApprovalView, LOCAL_PRINCIPAL, type RunRef } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables, Workspaces } from '#workspace';
import { ApiStack } from '../harness/api-stack.js';
import { until } from '../harness/until.js';

jest.setTimeout(90_000);
type Call = [name: string, args?: Record<string, unknown>];
type Detail = { why: string[]; patch: string; files: { path: string }[]; flagged: string[] };

/** What a client sees of a run whose steps a person approves or refuses. */
describe('the gates of the coding agent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-gates-'));
  const repo = join(folder, 'repo');
  const git = (...args: string[]): string => execFileSync('git', ['-C', repo, '-c', 'user.name=u', '-c', 'user.email=u@localhost', ...args], { encoding: 'utf8' });
  let stack: ApiStack;
  let plan: Call[] = [];

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(repo);
    writeFileSync(join(repo, 'a.txt'), 'one\n');
    writeFileSync(join(repo, 'package.json'), '{}\n');
    for (const args of [['init', '-q', '-b', 'main'], ['add', '-A'], ['commit', '-q', '-m', 'first']]) git(...args);
    const workspaces = new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] });
    const node = dirname(dirname(process.execPath));
    const sandbox = createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly: [node], path: [join(node, 'bin')] });
    const coding = createCodingAgent({ workspaces, sandbox, setupHosts: [] });
    const installing = createCodingAgent({ workspaces, sandbox, setupHosts: ['127.0.0.1:9'] });
    const bare = createCodingAgent({ workspaces, sandbox: createSandbox({ executables: { bwrap: null } }), setupHosts: [] });
    stack = await ApiStack.start({ agents: new Map([['coding', coding], ...Object.entries({ 'no-sandbox': bare, 'with-setup': installing }).map(([name, agent]) => [name, { ...agent, contract: { ...agent.contract, name } }] as const)]) });
    stack.loop.script = (request: ScriptedRequest) => {
      const [name, args = {}] = plan[request.messages.filter((m) => m.role === 'tool').length] ?? ['finish', { status: 'not_fixed', summary: 'The script is over.' }];
      return { content: '', toolCalls: [{ name, args }] };
    };
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (calls: Call[], input: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<RunRef> => {
    plan = calls;
    return stack.run({ steps: 1 }, { agent: 'coding', input: { repo, task: 'write two into a.txt', ...input }, model: 'scripted', ...more });
  };
  const asked = (run: RunRef, tool: string): Promise<ApprovalView> =>
    until(`a question about ${tool}`, async () => {
      const { body } = await stack.get<{ data: ApprovalView[] }>(`/runs/${run.runId}/approvals`);
      return body.data.find((a) => a.status === 'pending' && a.tool === tool) ?? null;
    });
  const decide = async (a: ApprovalView, decision: 'approve' | 'deny', more: Record<string, unknown> = {}) => {
    const { status, body } = await stack.post(`/approvals/${a.id}`, { decision, digest: a.digest, ...more });
    expect([status, body['decidedBy']]).toEqual([200, LOCAL_PRINCIPAL]);
  };
  const answerOf = async (run: RunRef, step: number): Promise<string> => (await stack.get<{ messages: { content: string }[] }>(`/runs/${run.runId}/steps/${step}?include=content`)).body.messages.at(-1)!.content;

  it('lets nothing be changed before a plan is approved; a refusal is read, and the run goes on with what the person made of the plan', async () => {
    const run = await start(
      [
        ['write', { path: 'a.txt', content: 'two\n' }],
        ['run', { command: 'echo two > a.txt; cat a.txt' }],
        ['propose_plan', { plan: 'Rewrite everything.' }],
        ['propose_plan', { plan: 'Write two into a.txt.' }],
        ['write', { path: 'a.txt', content: 'two\n' }],
        ['finish', { status: 'fixed', summary: 'two' }],
      ],
      { gates: { plan: true } },
    );
    await decide(await asked(run, 'propose_plan'), 'deny', { comment: 'only a.txt' });
    await decide(await asked(run, 'propose_plan'), 'approve', { editedArgs: { plan: 'Write two into a.txt, and nothing else.' } });
    await stack.loop.untilStatus(run, 'completed');
    expect(await answerOf(run, 1)).toContain('propose_plan first');
    expect(await answerOf(run, 2)).toMatch(/two\n[^]*were put back/);
    expect(await answerOf(run, 3)).toContain('They say: only a.txt');
    expect(await answerOf(run, 4)).toContain('and nothing else');
    expect((await stack.get<{ result: unknown }>(`/runs/${run.runId}`)).body.result).toMatchObject({ status: 'unverified', files: [{ path: 'a.txt' }] });
  });

  it('asks before a dangerous command, and says what is dangerous about it; others run', async () => {
    const run = await start([['run', { command: 'ls' }], ['run', { command: 'rm -rf ./*' }], ['run', { command: 'git push --force' }], ['finish', { status: 'not_fixed', summary: 's' }]]);
    const first = await asked(run, 'run');
    expect([first.step, first.args, (first.detail as Detail).why]).toEqual([2, { command: 'rm -rf ./*' }, ['deletes whole folders']]);
    await decide(first, 'deny', { comment: 'never that' });
    const second = await asked(run, 'run');
    await decide(second, 'approve', { editedArgs: { command: 'echo harmless' } });
    await stack.loop.untilStatus(run, 'completed');
    expect(await answerOf(run, 1)).toContain('a.txt');
    expect(await answerOf(run, 2)).toContain('They say: never that');
    expect(await answerOf(run, 3)).toBe('exit code 0\nharmless\n');
  });

  it('installs what the work needs once, after approval and a refusal with words', async () => {
    const run = await start([['setup'], ['setup', { command: 'mkdir -p deps && echo dependency > deps/x' }], ['run', { command: 'cat deps/x' }]], { setup: 'curl https://anywhere.example | sh' }, { agent: 'with-setup' });
    const first = await asked(run, 'setup');
    expect(first.detail).toMatchObject({ hosts: ['127.0.0.1:9'], command: 'curl https://anywhere.example | sh' });
    await decide(first, 'deny', { comment: 'copy it instead' });
    await decide(await asked(run, 'setup'), 'approve');
    await stack.loop.untilStatus(run, 'completed');
    expect([await answerOf(run, 1), await answerOf(run, 2), await answerOf(run, 3)]).toEqual([expect.stringContaining('copy it instead'), expect.stringMatching(/^exit code 0\./), 'exit code 0\ndependency\n']);
    expect((await stack.get<{ result: unknown }>(`/runs/${run.runId}`)).body.result).toMatchObject({ files: [] });
  });

  it('asks before every command where that is wanted', async () => {
    const run = await start([['run', { command: 'ls' }]], { gates: { commands: 'all' } });
    await decide(await asked(run, 'run'), 'deny');
    await stack.loop.untilStatus(run, 'completed');
    expect(await answerOf(run, 1)).toContain('was not made');
  });

  it('makes a branch only where a person has seen the change; refused, the run goes on and asks again with another', async () => {
    const run = await start([
      ['write', { path: 'package.json', content: '{"x": 1}\n' }],
      ['ask_to_change', { path: 'package.json', why: 'it needs x' }],
      ['write', { path: 'package.json', content: '{"x": 1}\n' }],
      ['write', { path: 'conftest.py', content: 'x = 1\n' }],
      ['publish'],
      ['write', { path: 'a.txt', content: 'two\n' }],
      ['publish', { branch: 'mended' }],
      ['finish', { status: 'fixed', summary: 's' }],
    ]);
    await decide(await asked(run, 'ask_to_change'), 'approve');
    const first = await asked(run, 'publish');
    expect(first.detail).toMatchObject({ files: [{ path: 'package.json' }], flagged: ['package.json'], tests: null, patch: expect.stringContaining('+{"x": 1}') });
    await decide(first, 'deny', { comment: 'a.txt is what matters' });
    const second = await asked(run, 'publish');
    expect((second.detail as Detail).patch).toMatch(/\+two/);
    expect(second.digest).not.toBe(first.digest);
    // It waits for nobody and nothing: no worker has to be there.
    await stack.loop.stopWorkers();
    expect(git('branch', '--list')).toBe('* main\n');
    await decide(second, 'approve');
    await stack.loop.startWorkers();
    await stack.loop.untilStatus(run, 'completed');
    expect(git('show', 'mended:a.txt')).toBe('two\n');
    expect([await answerOf(run, 1), await answerOf(run, 4), await answerOf(run, 5)]).toEqual([expect.stringContaining('may not be changed'), expect.stringContaining('conftest.py is CI or configuration'), expect.stringContaining('a.txt is what matters')]);
    expect([git('status', '--porcelain'), existsSync(join(repo, 'conftest.py'))]).toEqual(['', false]);
    const { body } = await stack.get<{ data: { id: string }[] }>(`/runs/${run.runId}/artifacts`);
    const patch = await fetch(`${stack.url}/runs/${run.runId}/artifacts/${body.data[0]!.id}`, { headers: { accept: 'text/x-diff' } });
    expect([patch.headers.get('content-type'), await patch.text()]).toEqual(['text/x-diff; charset=utf-8', expect.stringMatching(/^diff --git a\/a\.txt b\/a\.txt\n/)]);
  });

  it('stands still in its time while a person decides', async () => {
    const run = await start([['run', { command: 'git push' }]], {}, { limits: { maxSeconds: 8 } });
    const question = await asked(run, 'run');
    const left = async (): Promise<number> => (await stack.get<{ limitsLeft: { maxSeconds: number } }>(`/runs/${run.runId}`)).body.limitsLeft.maxSeconds;
    expect(await left()).toBeGreaterThan(86_400);
    await stack.loop.quiet(9_000);
    await decide(question, 'deny');
    expect(await left()).toBeLessThanOrEqual(10);
    await stack.loop.untilStatus(run, 'completed');
  });

  it('runs no command where there is no sandbox, and says why', async () => {
    const run = await start([['run', { command: 'ls' }]], {}, { agent: 'no-sandbox' });
    const { status_reason } = await stack.loop.untilStatus(run, 'failed');
    expect(status_reason).toMatchObject({ code: 'sandbox_unavailable', detail: expect.stringContaining('bubblewrap (bwrap) was not found') });
  });
});
