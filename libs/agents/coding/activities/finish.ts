import type { ToolResult } from '#activities';
import type { z } from 'zod';
import { changedFiles, commitsBetween, diff } from '#workspace';
import type { CodingResult, TestReport, toolArgs } from '../contract.js';
import { isFlagged, needsApproval } from './flags.js';
import { refused, type Work } from './setting.js';
import { judge } from './test-output.js';
import { baselineOf, runTests } from './testing.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

/** Takes "fixed" only where the whole test command shows it on a tree that holds the work and nothing else. */
export async function finish(work: Work, args: Args<'finish'>): Promise<ToolResult> {
  const { ws, commit, input, state, settings, ctx } = work;
  const files = await changedFiles(ws.place, ws.base, commit);
  const flagged = files.filter((f) => needsApproval(f.path, f.status !== 'added') && !state.allowed.includes(f.path)).map((f) => f.path);
  if (args.status === 'fixed') {
    if (files.length === 0) return refused('Nothing was changed, so nothing can be fixed.');
    if (flagged.length && !input.mayChangeTests) return refused(`These tests, CI or configuration were changed and may not be: ${flagged.slice(0, 5).join(', ')}. Put them back as they were.`);
  }
  const command = input.testCommand ?? state.last?.command ?? null;
  const tests = command ? await verify(work, command) : null;
  const judged = tests && args.status === 'fixed' ? judge(tests.before, tests.after, input.mustPass) : null;
  if (tests && judged && !judged.taken) return { ...refused(`It is not fixed. ${judged.reason}`), state: { ...state, baseline: tests.before, last: tests.after, changesUntested: 0 } };
  const status = args.status === 'not_fixed' ? 'not_fixed' : judged?.taken ? judged.status : 'unverified';
  const patch = await diff(ws.place, ws.base, commit);
  const result: CodingResult = {
    status,
    summary: args.summary,
    testCommand: command,
    before: tests && counts(tests.before),
    after: tests && counts(tests.after),
    files,
    flagged: files.filter((f) => isFlagged(f.path)).map((f) => f.path),
    base: ws.base,
    commit,
    // A commit's message begins with the number of its step.
    commits: (await commitsBetween(ws.place, ws.base, commit)).map((c) => ({ commit: c.commit, step: Number.parseInt(c.message, 10) })),
    branch: await settings.workspaces.branch(ws, commit),
    notes: [...ws.notes, ...(tests ? [] : ['No test was run: nothing shows that the change works.']), ...(judged?.taken && judged.note ? [judged.note] : [])],
    patch,
  };
  ctx.signal.throwIfAborted();
  const title = input.task.split('\n')[0]!.slice(0, 120);
  const verified = status === 'fixed';
  return { content: 'The work was taken.', finish: { result, artifact: { kind: 'patch', title, content: result, evidence: [], verified } } };
}

/** On the base and on the work, each restored first: nothing that lies about in the tree can help. A run of just this work counts. */
async function verify(work: Work, command: string): Promise<{ before: TestReport; after: TestReport }> {
  const { ws, commit, settings, ctx } = work;
  const before = await baselineOf(work, command, ctx.signal);
  const { last } = work.state;
  if (last?.commit === commit && last.command === command && last.ended === 'exit') return { before, after: last };
  await settings.workspaces.ensure(ws, commit);
  await settings.workspaces.beginChange(ws);
  const { report } = await runTests(work, command, commit, ctx.signal);
  await settings.workspaces.ensure(ws, commit);
  return { before, after: report };
}

const counts = ({ exitCode, passed, failed }: TestReport): NonNullable<CodingResult['before']> => ({ exitCode, passed, failed });
