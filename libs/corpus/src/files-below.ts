import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { HoldfastError } from '#contracts';
import { READABLE_ENDINGS } from './parse/index.js';

/** `name` is relative to the folder that was asked for. */
export type ServerFile = { name: string; path: string };

const MOST_FILES = 100_000;

/**
 * The file at `path`, or the readable files of the folder there and below it, in order of their names. Links are
 * followed as long as they stay within the allowed folders.
 * @throws HoldfastError `path_not_allowed`, `not_found`, `validation_failed` where a folder holds nothing to read.
 */
export async function filesBelow(path: string, allowedFolders: readonly string[]): Promise<ServerFile[]> {
  const allowed = (await Promise.all(allowedFolders.map((f) => realpath(f).catch(() => null)))).filter((f) => f !== null);
  const root = await real(path, allowed);
  if ((await stat(root)).isFile()) return [{ name: basename(path), path: root }];
  const files: ServerFile[] = [];
  for (const entry of await readdir(root, { recursive: true })) {
    if (!isWanted(entry)) continue;
    const file = await realpath(join(root, entry)).catch(() => null);
    if (file === null || !isWithin(file, allowed) || !(await stat(file)).isFile()) continue;
    files.push({ name: entry.split(sep).join('/'), path: file });
    if (files.length > MOST_FILES) throw new HoldfastError('validation_failed', `The folder holds more than ${MOST_FILES} files. Ingest its folders one by one.`);
  }
  if (files.length === 0) throw new HoldfastError('validation_failed', `The folder holds no file that ends in ${READABLE_ENDINGS.join(', ')}.`);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function real(path: string, allowed: string[]): Promise<string> {
  const found = await realpath(path).catch((cause: unknown) => cause as NodeJS.ErrnoException);
  // What is outside must not be told from what is not there.
  if (typeof found === 'string' ? isWithin(found, allowed) : isWithin(await nearestReal(path), allowed)) {
    if (typeof found === 'string') return found;
    throw new HoldfastError('not_found', 'There is no file or folder at this path.', { cause: found });
  }
  throw new HoldfastError('path_not_allowed', 'This path is outside the folders that may be ingested. Add its folder to HOLDFAST_INGEST_DIRS, or upload the files.');
}

/** The nearest folder above that exists, as it really is. */
async function nearestReal(path: string): Promise<string> {
  const above = join(path, '..');
  if (above === path) return above;
  return realpath(above).catch(() => nearestReal(above));
}

function isWithin(path: string, folders: string[]): boolean {
  return folders.some((folder) => {
    const way = relative(folder, path);
    return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep));
  });
}

function isWanted(entry: string): boolean {
  return READABLE_ENDINGS.includes(extname(entry).toLowerCase()) && !entry.split(sep).some((part) => part.startsWith('.'));
}
