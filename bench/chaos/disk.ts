import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set in the process that runs inside: the folder that the small disk is mounted on. */
const MOUNTED = 'HOLDFAST_CHAOS_DISK';
const SIZE = '1g';
const BLOCK = Buffer.alloc(1 << 20, 1);

/** The folder of a disk of limited size (memory, 1 GiB at most), or null where none can be mounted. */
export function smallDisk(): string | null {
  return process.env[MOUNTED] ?? null;
}

/**
 * Runs this very command again inside a mount namespace with a small disk of its own, and ends with its exit code.
 * Returns where that is not to be had (or where it runs inside already): the disk is then not filled.
 */
export function runOnSmallDisk(): void {
  if (smallDisk() !== null) return;
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  if (spawnSync('unshare', [...namespace, 'true']).status !== 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
  const script = `mount -t tmpfs -o size=${SIZE} tmpfs "$${MOUNTED}" && exec "$@"`;
  const { status, signal } = spawnSync('unshare', [...namespace, 'sh', '-c', script, 'sh', process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, [MOUNTED]: folder },
  });
  rmSync(folder, { recursive: true, force: true });
  process.exit(signal ? 1 : (status ?? 1));
}

/** Leaves no byte free on the disk under `folder` until `free` is called. */
export async function fillDisk(folder: string): Promise<{ free(): Promise<void> }> {
  const path = join(folder, 'filler');
  const file = await open(path, 'w');
  try {
    // A little at the end is left by whole blocks: the last ones are single pages.
    for (const block of [BLOCK, BLOCK.subarray(0, 4_096)]) {
      while ((await statfs(folder)).bavail > 0 && (await written(file, block))) continue;
    }
  } finally {
    await file.close();
  }
  return { free: () => rm(path, { force: true }) };
}

async function written(file: Awaited<ReturnType<typeof open>>, block: Buffer): Promise<boolean> {
  try {
    return (await file.write(block)).bytesWritten === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
