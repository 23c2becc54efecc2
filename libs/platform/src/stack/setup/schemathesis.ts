import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { SetupError } from '#bootstrap/setup-error';
import { PROJECT_ROOT } from '../../config/project-root.js';
import { runCommand } from './command.js';
import { findPython } from './python.js';
import type { Setup } from './tools.js';

const VERSION = '4.32.5';
const OLDEST_PYTHON = 11;

/** How Schemathesis is started: `python` with `args` before its own, in `env`. */
export type Schemathesis = { python: string; args: string[]; env: Record<string, string> };

/** Schemathesis, fetched by hash into a folder of its own, or why there is none: it needs a newer Python than the rest. @throws SetupError */
export async function schemathesis(setup: Setup): Promise<Schemathesis | { missing: string }> {
  const python = await findPython();
  const minor = Number((await runCommand(python, ['-c', 'import sys; print(sys.version_info[1])'])).stdout.trim());
  if (minor < OLDEST_PYTHON) return { missing: `Schemathesis needs Python 3.${OLDEST_PYTHON}; this is 3.${minor}` };
  // Some of its wheels are made for one version of Python.
  const folder = await installOnce(join(setup.toolsDir, `schemathesis-${VERSION}-py3${minor}`), (partial) => install(setup, python, partial), setup.report);
  return { python, args: ['-m', 'schemathesis.cli'], env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' } };
}

async function install(setup: Setup, python: string, folder: string): Promise<void> {
  setup.report(`Fetching Schemathesis ${VERSION} from the Python package index`);
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:', '--root-user-action=ignore'];
  const { code, stderr } = await runCommand(python, [...args, '--target', folder, '-r', join(PROJECT_ROOT, 'test/fuzz/requirements.txt')]);
  if (code !== 0) throw new SetupError(`Schemathesis ${VERSION} can't be fetched. Check the network and pip's settings, then run the command again.\n${stderr.trim()}`);
}
