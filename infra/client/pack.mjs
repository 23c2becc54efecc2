import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../bootstrap/setup-error.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Makes of libs/client a package that needs nothing of this project: plain JavaScript, types, and its page of
 * documentation.
 * @param folder where the package's files go, and beside them `holdfast-client.tgz`
 * @returns path of the archive
 */
export function packClient(folder) {
  const { version, license, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const target = join(folder, 'client-package');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), 'libs/client/src/index.ts', '--ignoreConfig', '--outDir', join(target, 'dist'), '--rootDir', 'libs/client/src', '--declaration', '--module', 'NodeNext', '--target', 'ES2022', '--lib', 'ES2023', '--types', 'node', '--strict', '--skipLibCheck'], ROOT);
  const manifest = { name: '@holdfast/client', version, description: 'Typed client of the Holdfast API: retries, idempotency keys, event streams that resume.', license, type: 'module', engines, exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } }, files: ['dist'] };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(ROOT, 'docs', 'client.md'), join(target, 'README.md'));
  copyFileSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
  run('npm', ['pack', '--silent', '--pack-destination', folder], target);
  const archive = join(folder, 'holdfast-client.tgz');
  renameSync(join(folder, `holdfast-client-${version}.tgz`), archive);
  return archive;
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new SetupError(`The client can't be packed: ${error?.message ?? stdout + stderr}`);
}

if (process.argv[1] === import.meta.filename) console.log(packClient(join(ROOT, '.holdfast')));
