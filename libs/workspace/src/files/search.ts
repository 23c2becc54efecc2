import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { rgPath } from '@vscode/ripgrep';
import type { Place } from '../git/tree.js';
import { insidePath } from './paths.js';

export type SearchFound = { ok: true; lines: string[] } | { ok: false; reason: string };

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 400_000;
/** No configuration of the machine's, no links followed; what the repository ignores is left out, though its folder has no `.git`. */
const FIXED = ['--no-config', '--line-number', '--no-heading', '--with-filename', '--color=never', '--hidden', '--glob=!.git', '--no-require-git', '--no-ignore-global', '--no-ignore-parent', '--no-follow', '--sort=path', '--max-count=20', '--max-columns=300', '--max-columns-preview', '--max-filesize=4M'];

/**
 * Lines of the tree's files that match a regular expression (Rust's syntax), as `path:line:text` in the order of
 * paths. The program runs outside the sandbox: it reads, and runs nothing of the tree.
 * @throws PathRefused
 */
export async function searchFiles({ gitDir, tree }: Place, pattern: string, path: string): Promise<SearchFound> {
  const args = [...FIXED, `--ignore-file=${join(gitDir, 'info', 'exclude')}`, `--regexp=${pattern}`, '--', insidePath(path) || '.'];
  const child = spawn(rgPath, args, { cwd: tree, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL', env: { LC_ALL: 'C.UTF-8' } });
  const out: Buffer[] = [];
  let bytes = 0;
  let trouble = '';
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) out.push(chunk);
    else child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString('utf8')).slice(0, 2_000)));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = Buffer.concat(out).toString('utf8').split('\n').filter(Boolean).map((line) => line.replace(/^\.\//, ''));
  // Files that cannot be read are no failure of the search where it found others.
  if (lines.length || code === 1) return { ok: true, lines };
  return { ok: false, reason: code === null ? 'it took too long' : (trouble.split('\n').filter(Boolean).at(-1) ?? 'unknown').slice(0, 200) };
}
