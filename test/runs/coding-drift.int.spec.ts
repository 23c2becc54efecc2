import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCodingAgent } from '#agents/coding/activities/index';
import type { DriftReport, RunRef } from '#contracts';
import type { ScriptedRequest } from '#models/scripted';
import { TOOLS_DIR } from '#platform/stack';
import { createSandbox, findExecutables, Workspaces } from '#workspace';
import { ApiStack } from '../harness/api-stack.js';

jest.setTimeout(90_000);
type Call = { name: string; args: Record<string, unknown> };

/** A model that goes wrong until it is taken back and told why. */
describe('drift of the coding agent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-coding-drift-'));
  const repo = join(folder, 'repo');
  let stack: ApiStack;
  let wrong: (n: number) => Call;
  let heard = '';

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(repo);
    writeFileSync(join(repo, 'a.txt'), 'one\n');
    const git = (...args: string[]): Buffer => execFileSync('git', ['-C', repo, '-c', 'user.name=u', '-c', 'user.email=u@localhost', ...args]);
    for (const args of [['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'first']]) git(...args);
    const workspaces = new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] });
    stack = await ApiStack.start({ agents: new Map([['coding', createCodingAgent({ workspaces, sandbox: createSandbox({ executables: findExecutables(TOOLS_DIR) }), setupHosts: [] })]]) });
    stack.loop.script = (request: ScriptedRequest) => {
      const lesson = request.messages.find((m) => m.content.includes('what came after it is undone'));
      if (lesson) heard = lesson.content;
      if (heard) return { content: '', toolCalls: [lesson ? { name: 'write', args: { path: 'b.txt', content: 'right\n' } } : { name: 'finish', args: { status: 'fixed', summary: 'right' } }] };
      return { content: '', toolCalls: [wrong(request.messages.filter((m) => m.role === 'tool').length)] };
    };
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function play(calls: (n: number) => Call) {
    wrong = calls;
    heard = '';
    const run: RunRef = await stack.run({ steps: 1 }, { agent: 'coding', input: { repo, task: 'mend it' }, model: 'scripted', drift: { holdout: 0 } });
    await stack.loop.untilStatus(run, 'completed', 60_000);
    const { body } = await stack.get<{ data: { step: number; drift: DriftReport | null; steering: { rung: string } | null }[] }>(`/runs/${run.runId}/steps?limit=200`);
    const { result } = (await stack.get<{ result: { files: { path: string }[] } }>(`/runs/${run.runId}`)).body;
    const main = body.data.filter((s) => s.drift?.hard).map((s) => s.drift!.reasons[0]!.signal);
    return { main: [...new Set(main)], rungs: body.data.flatMap((s) => (s.steering && s.steering.rung !== 'none' ? [s.steering.rung] : [])), files: result.files.map((f) => f.path), lesson: heard };
  }

  it('the same command with the same output', async () => {
    expect(await play(() => ({ name: 'run', args: { command: 'cat a.txt' } }))).toEqual({
      main: ['exactRepeat'], rungs: ['nudge', 'rewind'], files: ['b.txt'], lesson: expect.stringMatching(/made the same call and got the same result/),
    });
  });

  it('a change that is made, undone and made again', async () => {
    const flip = await play((n) => ({ name: 'write', args: { path: 'a.txt', content: n % 2 ? 'one\n' : 'two\n' } }));
    expect(flip).toMatchObject({ main: expect.arrayContaining(['editRevert']), rungs: ['nudge', 'rewind'], lesson: expect.stringMatching(/The files after step \d+ are again what they were after step \d+\./) });
    expect(flip.files).toContain('b.txt');
  });

  it('changes that are never tried out', async () => {
    const blind = await play((n) => ({ name: 'write', args: { path: `new/part${n}.txt`, content: `part ${n} of ${'abcdefghijklmnop'[n]}\n` } }));
    expect(blind).toMatchObject({ main: ['untested'], rungs: ['nudge', 'rewind'], lesson: expect.stringMatching(/changed files, and no test was run/) });
  });

  it('a change that grows with nothing to show that it is right', async () => {
    let made = 0;
    const growing = await play(() => ({ name: 'write', args: { path: `big${made}.txt`, content: `${'abcdefghijklmnopqrst'[made++]}\n`.repeat(210) } }));
    expect(growing).toMatchObject({ main: expect.arrayContaining(['unproven']), rungs: ['nudge', 'rewind'], lesson: expect.stringMatching(/The change grew from step \d+ to step \d+, and no test was run\./) });
  });
});
