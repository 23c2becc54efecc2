import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTestOutput } from '#agents/coding/activities/test-output';
import { type CommandResult, giveTo, git, identityOf, type Sandbox } from '#workspace';
import { type Case, unpackRepository } from './cases.js';

export type Verdict = 'resolved' | 'wrong logic' | 'no submission' | 'broke others';

/** So that runners name what passed. */
const ENV = { PYTHONDONTWRITEBYTECODE: '1', PYTEST_ADDOPTS: '-rA', FORCE_COLOR: '0', NO_COLOR: '1' };
const KEEP_BYTES = 400_000;

/** Applies a patch to a fresh tree, brings in the hidden tests and runs them, then `visible`, which is what passed before. */
export async function judgePatch(one: Case, patch: string, visible: string, folder: string, sandbox: Sandbox, files: Record<string, string>): Promise<Verdict> {
  if (patch.trim() === '') return 'no submission';
  const tree = await unpackRepository(one, folder);
  await giveTo(tree, identityOf(tree));
  const run = (command: string) => sandbox.run({ tree, command, files, env: ENV, keepBytes: KEEP_BYTES, limits: { timeMs: 600_000 } });
  const before = await run(visible);
  const file = join(folder, 'candidate.patch');
  writeFileSync(file, patch);
  const applied = await git(['-C', tree, 'apply', '--whitespace=nowarn', file]);
  if (applied.code !== 0) return 'no submission';
  // They take the place of visible ones that the fix makes wrong, and of whatever the patch made of them.
  execFileSync('tar', ['xzf', join(one.folder, 'hidden_tests.tar.gz'), '-C', folder, '--no-same-owner']);
  cpSync(join(folder, 'hidden_tests'), tree, { recursive: true });
  await giveTo(tree, identityOf(tree));
  const hidden = await run(one.run);
  if (hidden.exitCode !== 0) return 'wrong logic';
  return brokeOthers(before, await run(visible)) ? 'broke others' : 'resolved';
}

/** By name where the runner names its tests: a test that failed before may hide another in the exit code. */
function brokeOthers(before: CommandResult, after: CommandResult): boolean {
  const failing = new Set(readTestOutput(after.output).failedNames);
  if (readTestOutput(before.output).passedNames.some((name) => failing.has(name))) return true;
  return before.exitCode === 0 && after.exitCode !== 0;
}
