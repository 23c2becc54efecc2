import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findOnPath, runCommand } from './command.js';
import type { Setup } from './tools.js';

const NAME = 'bubblewrap';

/**
 * Where bubblewrap is, which the coding agent's commands run under: on PATH, or unpacked here from Debian's package
 * with Debian's own client. Null, and said so, where it cannot be had: everything but that agent works without it.
 */
export async function ensureBubblewrap(setup: Setup): Promise<string | null> {
  if (process.platform !== 'linux') return missing(setup, 'it exists on Linux only');
  const onPath = findOnPath('bwrap');
  if (onPath) return onPath;
  const folder = join(setup.toolsDir, NAME);
  const program = join(folder, 'usr', 'bin', 'bwrap');
  if (existsSync(program)) return program;
  if (!findOnPath('apt-get') || !findOnPath('dpkg-deb')) return missing(setup, `there is no apt-get here; install the package ${NAME} with your system's package client`);
  setup.report(`Unpacking ${NAME} (the sandbox of the coding agent) …`);
  await mkdir(setup.toolsDir, { recursive: true });
  const work = await mkdtemp(join(setup.toolsDir, `${NAME}-`));
  try {
    const download = await runCommand('apt-get', ['download', NAME], { cwd: work });
    const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
    if (download.code !== 0 || !archive) return missing(setup, `apt-get download ${NAME} failed; install the package, or run apt-get update first`);
    if ((await runCommand('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: work })).code !== 0) return missing(setup, 'its package could not be unpacked');
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'unpacked'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}

function missing(setup: Setup, why: string): null {
  setup.report(`No ${NAME}: the coding agent will refuse to run commands, and says so (${why}).`);
  return null;
}
