import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createCodingAgent } from '#agents/coding/activities/index';
import type { ScriptedAnswer } from '#models/scripted';
import { TOOLS_DIR } from '#platform/stack';
import { LoopStack } from '#test/harness/loop-stack';
import { createSandbox, findExecutables, Workspaces } from '#workspace';
import { attemptWithHoldfast } from './attempt.js';

jest.setTimeout(90_000);

/** Models as they come: each try of a case ends by itself, and says how. */
describe('a try of a case', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-attempt-'));
  const repo = join(folder, 'repo');
  const node = dirname(dirname(process.execPath));
  let stack: LoopStack;
  let answer: () => ScriptedAnswer;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(repo);
    writeFileSync(join(repo, 'a.txt'), 'one\n');
    for (const args of [['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'first']]) execFileSync('git', ['-C', repo, '-c', 'user.name=u', '-c', 'user.email=u@localhost', ...args]);
    const sandbox = createSandbox({ executables: findExecutables(TOOLS_DIR), readOnly: [node], path: [join(node, 'bin')] });
    stack = await LoopStack.start({ agents: new Map([['coding', createCodingAgent({ workspaces: new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }), sandbox, setupHosts: [] })]]) });
    stack.script = () => answer();
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const attempt = async (model: () => ScriptedAnswer, limits: { steps: number; seconds: number }, graceMs?: number) => {
    answer = model;
    const told: string[] = [];
    const { end, result } = await attemptWithHoldfast(stack, { input: { repo, task: 'mend it' }, model: 'scripted', limits: { ...limits, answerTokens: 500 }, ...(graceMs === undefined ? {} : { graceMs }) }, (where) => told.push(where));
    return { end, result, told };
  };

  it('ends with its time where the model never stops', async () => {
    const { end, result, told } = await attempt(() => ({ hang: true }), { steps: 5, seconds: 3 });
    expect([end, result]).toEqual(['limit_reached: seconds', null]);
    expect(told).toContainEqual(expect.stringMatching(/^running, step 1 attempt 1, 0 tokens, \d s$/));
  });

  it('ends with its steps where the model goes on and on', async () => {
    expect(await attempt(() => ({ content: '', toolCalls: [{ name: 'list', args: {} }] }), { steps: 2, seconds: 60 })).toMatchObject({ end: 'limit_reached: steps', result: null });
  });

  it('ends where the model calls no tool, however it is asked', async () => {
    expect(await attempt(() => ({ content: 'Let me think about it.' }), { steps: 5, seconds: 60 })).toMatchObject({ end: 'output_invalid', result: null });
  });

  it('is cancelled where a command goes on beyond its time', async () => {
    const { end, told } = await attempt(() => ({ content: '', toolCalls: [{ name: 'run', args: { command: 'sleep 600', seconds: 600 } }] }), { steps: 5, seconds: 6 }, 500);
    expect([end, told.some((where) => where.includes('cancelled'))]).toEqual(['cancelled', true]);
  });
});
