import type { ToolResult } from '#activities';
import type { z } from 'zod';
import type { toolArgs } from '../contract.js';
import { keepChanges, planIsThere, refused, type Work } from './setting.js';
import { baselineOf, ended, runTests, summaryOf } from './testing.js';

type Args<T extends keyof typeof toolArgs> = z.output<(typeof toolArgs)[T]>;

const SHOWN_BYTES = 6_000;

export async function run(work: Work, { command, seconds }: Args<'run'>): Promise<ToolResult> {
  const { settings, ws, ctx } = work;
  await settings.workspaces.beginChange(ws);
  const result = await settings.sandbox.run({ tree: ws.place.tree, readOnly: ws.products, command, limits: { timeMs: seconds * 1_000 }, keepBytes: SHOWN_BYTES, signal: ctx.signal });
  ctx.signal.throwIfAborted();
  const kept = await keepOrUndo(work);
  const how = result.ended === 'exit' ? `exit code ${result.exitCode}` : ended(result.ended);
  return { content: `${how}\n${result.output || '(no output)'}${kept.note}`, state: kept.state, signals: kept.signals, ...(result.exitCode === 0 ? {} : { error: 'agent' as const }) };
}

/** What a command changed stays, unless a plan has to be approved first. */
async function keepOrUndo(work: Work): Promise<Awaited<ReturnType<typeof keepChanges>> & { note: string }> {
  const { settings, ws, commit, input, state } = work;
  if (planIsThere(input, state)) return { ...(await keepChanges(work, state)), note: '' };
  await settings.workspaces.ensure(ws, commit);
  return { state, signals: [], note: '\nNo plan is approved yet: files that the command changed were put back.' };
}

/** The tests on the tree as it is. On an unchanged tree that is the baseline too. */
export async function test(work: Work, args: Args<'test'>): Promise<ToolResult> {
  const { state, settings, ws, ctx, commit } = work;
  const command = args.command ?? work.input.testCommand ?? state.last?.command;
  if (!command) return refused('No test command was given. Find out how the tests are run, and name the command.');
  const baseline = commit === ws.base ? null : await baselineOf(work, command, ctx.signal);
  await settings.workspaces.beginChange(ws);
  const tested = await runTests(work, command, commit, ctx.signal);
  // What tests leave behind is no part of the work.
  await settings.workspaces.ensure(ws, commit);
  const { report } = tested;
  const next = { ...state, baseline: baseline ?? report, last: report, changesUntested: 0 };
  return { content: `${summaryOf(tested)}\n${tail(tested.output)}`, state: next, ...(report.exitCode === 0 ? {} : { error: 'agent' as const }) };
}

/** Runners put what matters last. */
const tail = (output: string): string => (output.length > 2 * SHOWN_BYTES ? `…\n${output.slice(-2 * SHOWN_BYTES)}` : output);
