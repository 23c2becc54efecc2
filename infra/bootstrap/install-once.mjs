import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withLock } from './with-lock.mjs';

/**
 * Makes `target` (a file or a folder) complete or not at all: `make` fills a path beside it, which is renamed at the
 * end. What an interrupted set-up left is removed.
 * @param {string} target
 * @param {(partial: string) => void | Promise<void>} make
 * @param {(message: string) => void} [report]
 * @returns {Promise<string>} target
 */
export async function installOnce(target, make, report = () => {}) {
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  await withLock(
    `${target}.lock`,
    async () => {
      if (existsSync(target)) return;
      removeLeftovers(target);
      const partial = `${target}.partial-${process.pid}`;
      await make(partial);
      renameSync(partial, target);
    },
    report,
  );
  return target;
}

function removeLeftovers(target) {
  const prefix = `${basename(target)}.partial-`;
  for (const name of readdirSync(dirname(target)).filter((entry) => entry.startsWith(prefix))) {
    rmSync(join(dirname(target), name), { recursive: true, force: true });
  }
}
