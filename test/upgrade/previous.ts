import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#platform';

/** The newest tag of a release; before there is one, the state that this version was built on. */
const BEFORE_RELEASES = 'f747333';

const git = (...args: string[]) => spawnSync('git', ['-C', PROJECT_ROOT, ...args], { encoding: 'utf8' });

/** The commit of the release before this one; null where the checkout has no such history. */
export function previousRelease(): string | null {
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v*', 'HEAD^').stdout?.trim();
  const commit = tag || BEFORE_RELEASES;
  return git('cat-file', '-e', `${commit}^{commit}`).status === 0 ? commit : null;
}

/** Lays its files out in a folder, with this checkout's packages and tools. */
export function layOut(commit: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, '..', 'previous.tar');
  execFileSync('git', ['-C', PROJECT_ROOT, 'archive', '--output', archive, commit]);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  for (const name of ['node_modules', '.holdfast']) if (existsSync(join(PROJECT_ROOT, name))) symlinkSync(join(PROJECT_ROOT, name), join(folder, name));
}
