import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, git, identityOf, type Sandbox } from '#workspace';
import { type Case, unpackRepository } from './cases.js';

export type Verdict = 'resolved' | 'wrong logic' | 'no submission' | 'broke others';

/** Applies a patch to a fresh tree, then brings in the hidden tests and runs them; `visible` is what passed before. */
export async function judgePatch(one: Case, patch: string, visible: string, folder: string, sandbox: Sandbox, files: Record<string, string>): Promise<Verdict> {
  if (patch.trim() === '') return 'no submission';
  const tree = await unpackRepository(one, folder);
  await giveTo(tree, identityOf(tree));
  const run = (command: string) => sandbox.run({ tree, command, files, env: { PYTHONDONTWRITEBYTECODE: '1' }, limits: { timeMs: 600_000 } });
  const before = await run(visible);
  const file = join(folder, 'candidate.patch');
  writeFileSync(file, patch);
  const applied = await git(['-C', tree, 'apply', '--whitespace=nowarn', file]);
  if (applied.code !== 0) return 'no submission';
  await giveTo(tree, identityOf(tree));
  const after = await run(visible);
  execFileSync('tar', ['xzf', join(one.folder, 'hidden_tests.tar.gz'), '-C', folder, '--no-same-owner']);
  cpSync(join(folder, 'hidden_tests'), tree, { recursive: true });
  await giveTo(tree, identityOf(tree));
  const hidden = await run(one.run);
  if (hidden.exitCode !== 0) return 'wrong logic';
  // The hidden tests replace visible ones that the fix made wrong, so those alone say nothing against it.
  return before.exitCode === 0 && after.exitCode !== 0 && !one.tests.some((test) => existsSync(join(tree, test)) && visible.includes(test)) ? 'broke others' : 'resolved';
}
