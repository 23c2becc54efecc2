import type { CommandResult } from '#workspace';
import type { TestReport } from '../contract.js';
import type { Work } from './setting.js';
import { readTestOutput } from './test-output.js';

const TEST_MS = 600_000;
const READ_BYTES = 400_000;
/** So that runners name what passed, and neither wait for a person nor leave caches. */
const ENV = { PYTEST_ADDOPTS: '-rA', PYTHONDONTWRITEBYTECODE: '1', FORCE_COLOR: '0', NO_COLOR: '1', npm_config_offline: 'true' };

export type TestRun = { report: TestReport; output: string };

/** Runs the tests on the tree as it is. What they write goes with the next restore. */
export async function runTests(work: Omit<Work, 'ctx'>, command: string, commit: string, signal: AbortSignal): Promise<TestRun> {
  const result = await work.settings.sandbox.run({ tree: work.ws.place.tree, readOnly: work.ws.products, command, env: ENV, limits: { timeMs: TEST_MS }, keepBytes: READ_BYTES, signal });
  signal.throwIfAborted();
  return { report: reportOf(result, command, commit), output: result.output };
}

function reportOf({ exitCode, ended, output }: CommandResult, command: string, commit: string): TestReport {
  return { command, exitCode, ended, commit, ...readTestOutput(output) };
}

/** The tests as they were before any change; run on the base once, wherever the work is by then. */
export async function baselineOf(work: Omit<Work, 'ctx'>, command: string, signal: AbortSignal): Promise<TestReport> {
  const { state, settings, ws, commit } = work;
  if (state.baseline?.command === command) return state.baseline;
  await settings.workspaces.ensure(ws, ws.base);
  await settings.workspaces.beginChange(ws);
  const { report } = await runTests(work, command, ws.base, signal);
  await settings.workspaces.ensure(ws, commit);
  return report;
}

export function summaryOf({ report }: TestRun): string {
  const how = report.ended === 'exit' ? `exit code ${report.exitCode}` : ended(report.ended);
  return `${how}; ${report.passed} passed, ${report.failed} failed`;
}

export function ended(how: CommandResult['ended']): string {
  const words = { exit: 'ended', time: 'stopped: it took too long, or waited for input that never comes', memory: 'stopped: too much memory', output: 'stopped: too much output', disk: 'stopped: it filled the disk', cancelled: 'cancelled' };
  return words[how];
}
