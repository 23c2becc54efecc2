import { lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../sandbox/identity.js';

/** Gives a folder and all below it to whom its commands run as. Links are given, not what they lead to. */
export async function giveTo(folder: string, identity: Identity | null): Promise<void> {
  if (!identity) return;
  await give(folder, identity);
  for (const folders = [folder]; folders.length; ) {
    const at = folders.pop()!;
    const entries = await readdir(at, { withFileTypes: true });
    await Promise.all(entries.map((e) => give(join(at, e.name), identity)));
    folders.push(...entries.filter((e) => e.isDirectory()).map((e) => join(at, e.name)));
  }
}

async function give(path: string, { uid, gid }: Identity): Promise<void> {
  const { uid: owner } = await lstat(path);
  if (owner !== uid) await lchown(path, uid, gid);
}
