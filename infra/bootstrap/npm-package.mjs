import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './install-once.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Fetches one npm package at a pinned version, checks its hash and unpacks it; nothing of it is run.
 * @param {{name: string, version: string, integrity: string}} pin
 * @param {string} target folder that holds the package's files afterwards
 * @param {(message: string) => void} [report]
 */
export function fetchNpmPackage({ name, version, integrity }, target, report = () => {}) {
  return installOnce(
    target,
    async (partial) => {
      report(`Fetching ${name} ${version} from npm`);
      const download = `${partial}-download`;
      mkdirSync(partial, { recursive: true });
      mkdirSync(download, { recursive: true });
      try {
        await run('npm', ['pack', '--silent', '--pack-destination', download, `${name}@${version}`]);
        const tarball = join(download, readdirSync(download)[0] ?? '');
        checkIntegrity(tarball, integrity, `${name}@${version}`);
        await run('tar', ['-xzf', tarball, '-C', partial, '--strip-components=1']);
      } finally {
        rmSync(download, { recursive: true, force: true });
      }
    },
    report,
  );
}

function checkIntegrity(tarball, integrity, what) {
  const [algorithm, expected] = integrity.split(/-(.*)/s);
  const found = createHash(algorithm).update(readFileSync(tarball)).digest('base64');
  if (found === expected) return;
  throw new SetupError(`${what} has the wrong hash (${algorithm}-${found} and not ${integrity}). Try again; if it stays so, don't use this registry.`);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)));
    child.on('error', (error) => reject(new SetupError(`${command} can't be started (${error.code}). It is needed to fetch packages: install it and try again.`)));
    child.on('close', (code) => {
      if (code === 0) return resolve();
      reject(new SetupError(`\`${command} ${args.join(' ')}\` failed (${code}). Check the network and the npm registry's setting, then run the command again; it goes on where it stopped.\n${errors.trim()}`));
    });
  });
}
