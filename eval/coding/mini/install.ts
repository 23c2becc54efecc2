import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TOOLS_DIR } from '#platform/stack';

/** mini-swe-agent with what its loop imports, each version by name. Its model clients are left out: the bridge is its model. */
const PACKAGES = [
  'mini-swe-agent==2.4.6', 'pydantic==2.14.4', 'pydantic-core==2.50.5', 'annotated-types==0.8.0', 'typing-extensions==4.16.0', 'typing-inspection==0.4.5',
  'jinja2==3.1.6', 'markupsafe==3.0.4', 'pyyaml==6.0.4', 'rich==15.0.0', 'markdown-it-py==4.3.0', 'mdurl==0.1.2', 'pygments==2.21.0', 'platformdirs==4.14.8', 'python-dotenv==1.2.4',
];

/**
 * Folder with the packages, fetched once.
 * @throws Error where Python 3.10 with pip, or the package index, is not there
 */
export async function installMini(python: string): Promise<string> {
  const folder = join(TOOLS_DIR, 'mini-swe-agent-2.4.6');
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial-${process.pid}`;
  try {
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--no-compile', '--target', partial, ...PACKAGES];
    await promisify(execFile)(python, args, { env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' }, timeout: 300_000 });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}
