import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';
import { withLock } from './with-lock.mjs';

/** Runs `npm ci` where node_modules is missing, incomplete, or of another package-lock.json. */
export async function ensureDependencies(root, report) {
  if (isInstalled(root)) return;
  await withLock(
    join(root, '.holdfast', 'npm-ci.lock'),
    () => {
      if (isInstalled(root)) return;
      report('Installing the npm packages of package-lock.json');
      const { status, error } = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
      if (error) throw new SetupError(`npm can't be started (${error.code}): install it and try again.`);
      if (status !== 0) throw new SetupError('`npm ci` failed. Check the network and the npm registry\'s setting, then run the command again; it goes on where it stopped.');
    },
    report,
  );
}

/** npm writes the hidden lock file last, so an interrupted install has none, or an old one. */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const found = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || found === undefined) return false;
  const complete = Object.entries(wanted).every(([path, entry]) => path === '' || mayBeAbsent(entry) || path in found);
  return complete && Object.entries(found).every(([path, entry]) => wanted[path]?.version === entry.version && wanted[path]?.integrity === entry.integrity);
}

function mayBeAbsent(entry) {
  return entry.optional === true || entry.devOptional === true;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
