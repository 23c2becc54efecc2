import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { TREE } from '../sandbox/launch.js';

/** A path that the model gave and that may not be used; `message` is in words for the model. */
export class PathRefused extends Error {
  override readonly name = 'PathRefused';
}

/**
 * The path relative to the tree, in the form that git uses. Paths under the sandbox's own name for the tree are taken too.
 * @throws PathRefused
 */
export function insidePath(path: string): string {
  const local = path === TREE || path.startsWith(`${TREE}/`) ? path.slice(TREE.length + 1) : path;
  if (path.includes('\0') || isAbsolute(local)) throw new PathRefused('Paths are relative to the repository.');
  const clean = normalize(local || '.').replace(/\/+$/, '');
  const parts = clean.split(sep);
  if (parts[0] === '..') throw new PathRefused('This path leads out of the repository.');
  if (parts.some((part) => part.toLowerCase() === '.git')) throw new PathRefused('The folder .git is not for tools.');
  return clean === '.' ? '' : clean;
}

/**
 * The real file or folder behind a path, which must lie in the tree whatever links lead to it.
 * @throws PathRefused
 */
export async function existing(tree: string, path: string): Promise<string> {
  const inside = insidePath(path);
  const real = await realpath(join(tree, inside)).catch(() => null);
  if (!real) throw new PathRefused(`There is no ${inside || 'such folder'}.`);
  return confined(tree, real);
}

/**
 * Where a file is to be written: its folder is made where missing, and is real and in the tree.
 * @throws PathRefused
 */
export async function writable(tree: string, path: string): Promise<{ file: string; madeBelow: string }> {
  const inside = insidePath(path);
  if (!inside) throw new PathRefused('A file name is missing.');
  const target = join(tree, inside);
  // Each folder is looked at before one is made in it: a link could lead the making out of the tree.
  const madeBelow = await deepest(dirname(target));
  await confined(tree, await realpath(madeBelow));
  await mkdir(dirname(target), { recursive: true }).catch(() => {
    throw new PathRefused(`The folder of ${inside} cannot be made: a file is in the way.`);
  });
  const folder = await confined(tree, await realpath(dirname(target)));
  const file = join(folder, inside.split(sep).at(-1)!);
  const now = await lstat(file).catch(() => null);
  if (now?.isSymbolicLink()) return { file: await confined(tree, await realpath(file).catch(() => '/')), madeBelow };
  if (now && !now.isFile()) throw new PathRefused(`${inside} is not a file.`);
  return { file, madeBelow };
}

async function deepest(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if (await lstat(at).catch(() => null)) return at;
  }
}

async function confined(tree: string, real: string): Promise<string> {
  const root = await realpath(tree);
  const way = relative(root, real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw new PathRefused('This path leads out of the repository.');
  if (way.split(sep).some((part) => part.toLowerCase() === '.git')) throw new PathRefused('The folder .git is not for tools.');
  return real;
}
