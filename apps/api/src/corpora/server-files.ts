import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { HoldfastError } from '#contracts';
import { READABLE_ENDINGS } from '#corpus';
import { InvalidRequest } from '../http/invalid-request.js';

const MOST_FILES = 2_000;

export type ServerFile = { name: string; path: string };

/**
 * The file at `path`, or the readable files below it, with their real paths. Links are followed only to where `path`
 * itself could have pointed: below an allowed folder.
 * @throws HoldfastError `path_not_allowed`, `file_unreadable`; InvalidRequest where a folder holds nothing readable, or too much.
 */
export async function serverFiles(path: string, allowedFolders: readonly string[]): Promise<ServerFile[]> {
  const allowed = (await Promise.all(allowedFolders.map((f) => realpath(f).catch(() => null)))).filter((f) => f !== null);
  const root = await realpath(path).catch(() => null);
  // One answer for what is not there and what may not be seen, so that nobody can ask what exists.
  if (root === null || !isBelow(root, allowed)) throw new HoldfastError('path_not_allowed', `Files are taken from ${allowedFolders.join(', ') || 'no folder'} only (HOLDFAST_INGEST_DIRS), and this path is not there or lies elsewhere.`);
  if ((await stat(root)).isFile()) return [{ name: basename(root), path: root }];
  const files: ServerFile[] = [];
  await collect(root, root, allowed, files).catch((cause: unknown) => {
    if (cause instanceof HoldfastError) throw cause;
    throw new HoldfastError('file_unreadable', 'The folder cannot be read. Check its rights.', { cause });
  });
  if (files.length === 0) throw new InvalidRequest([{ path: 'path', message: `the folder holds no file with one of the endings ${READABLE_ENDINGS.join(', ')}` }]);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function collect(folder: string, root: string, allowed: string[], files: ServerFile[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const found = join(folder, entry.name);
    if (entry.isDirectory()) await collect(found, root, allowed, files);
    else if (READABLE_ENDINGS.includes(extname(entry.name).toLowerCase())) await add(found, root, allowed, files);
  }
}

async function add(found: string, root: string, allowed: string[], files: ServerFile[]): Promise<void> {
  const path = await realpath(found).catch(() => null);
  if (path === null || !isBelow(path, allowed) || !(await stat(path)).isFile()) return;
  if (files.length >= MOST_FILES) throw new InvalidRequest([{ path: 'path', message: `the folder holds more than ${MOST_FILES} files: take its subfolders one by one` }]);
  files.push({ name: relative(root, found), path });
}

function isBelow(path: string, folders: string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep));
}
