import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitText, type GitCall } from './git.js';

/** The folders of one workspace. */
export type Place = { gitDir: string; tree: string; index: string };

export const placeIn = (folder: string): Place => ({ gitDir: join(folder, 'mirror.git'), tree: join(folder, 'tree'), index: join(folder, 'index') });

const at = ({ gitDir, tree, index }: Place): GitCall => ({ gitDir, workTree: tree, index });

/**
 * The tree as a commit with `parent` under a hidden ref, or `parent` itself where nothing changed. Ignored files are
 * left out.
 */
export async function snapshot(place: Place, parent: string, ref: string): Promise<string> {
  const [tree, held] = await Promise.all([gitText(['add', '-A'], at(place)).then(() => gitText(['write-tree'], at(place))), gitText(['show', '-s', '--format=%T %ct', parent], at(place))]);
  const [before, when] = held.trim().split(' ');
  if (tree.trim() === before) return parent;
  // The same content under the same parent gives the same commit, whichever delivery of a step makes it.
  const date = `${Number(when) + 1} +0000`;
  const commit = (await gitText(['commit-tree', tree.trim(), '-p', parent, '-m', ref], { ...at(place), env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } })).trim();
  await gitText(['update-ref', `refs/holdfast/${ref}`, commit], at(place));
  return commit;
}

/** Makes the tree exactly what the commit holds; only ignored files stay. */
export async function restore(place: Place, commit: string): Promise<void> {
  await gitText(['read-tree', '--reset', '-u', commit], at(place));
  // Twice, as for embedded repositories.
  await gitText(['clean', '-ffdq'], at(place));
}

/** A unified diff that `git apply` takes, binary files included. */
export async function diff(place: Place, from: string, to: string, paths: string[] = []): Promise<string> {
  return gitText(['diff', '--no-color', '--no-ext-diff', '--no-textconv', '--binary', '--full-index', from, to, '--', ...paths], at(place));
}

export type ChangedFile = { path: string; status: 'added' | 'modified' | 'deleted'; added: number; removed: number };

export async function changedFiles(place: Place, from: string, to: string): Promise<ChangedFile[]> {
  if (from === to) return [];
  const [numbers, states] = await Promise.all([
    gitText(['diff', '--no-renames', '--numstat', '-z', from, to], at(place)),
    gitText(['diff', '--no-renames', '--name-status', '-z', from, to], at(place)),
  ]);
  const words = { A: 'added', D: 'deleted' } as Record<string, ChangedFile['status']>;
  const fields = states.split('\0');
  const status = new Map(Array.from({ length: Math.floor(fields.length / 2) }, (_, i) => [fields[2 * i + 1]!, words[fields[2 * i]!] ?? 'modified']));
  return numbers.split('\0').filter(Boolean).map((line) => {
    const [added, removed, path] = line.split('\t') as [string, string, string];
    return { path, status: status.get(path) ?? 'modified', added: Number(added) || 0, removed: Number(removed) || 0 };
  });
}

/** Lines added and removed between two commits; binary files count none. */
export async function linesBetween(place: Place, from: string, to: string): Promise<number> {
  return (await changedFiles(place, from, to)).reduce((sum, f) => sum + f.added + f.removed, 0);
}

/** What a commit holds, by its id: the same for two commits with the same files. Twelve digits tell the trees of a run apart. */
export async function treeOf({ gitDir }: Pick<Place, 'gitDir'>, commit: string): Promise<string> {
  return (await gitText(['rev-parse', `${commit}^{tree}`], { gitDir })).slice(0, 12);
}

/** The first parent of a commit, or the commit itself where it has none. */
export async function parentOf({ gitDir }: Pick<Place, 'gitDir'>, commit: string): Promise<string> {
  const found = await git(['rev-parse', '--verify', '--quiet', `${commit}^`], { gitDir });
  return found.code === 0 ? found.stdout.toString('utf8').trim() : commit;
}

export async function log(place: Place, head: string, count: number, path?: string): Promise<string> {
  return gitText(['log', '--no-color', '--no-show-signature', `-n${count}`, '--date=short', '--format=%h %ad %an: %s', head, ...(path ? ['--', path] : [])], at(place));
}

/** The commits after `from` up to `to`, oldest first, each with its message's first line. */
export async function commitsBetween({ gitDir }: Pick<Place, 'gitDir'>, from: string, to: string): Promise<{ commit: string; message: string }[]> {
  const lines = (await gitText(['log', '--reverse', '--no-show-signature', '--format=%H %s', `${from}..${to}`], { gitDir })).split('\n').filter(Boolean);
  return lines.map((line) => ({ commit: line.slice(0, line.indexOf(' ')), message: line.slice(line.indexOf(' ') + 1) }));
}

/** Paths of all files that are not ignored, tracked or not. */
export async function listFiles(place: Place): Promise<string[]> {
  const listed = await gitText(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'], at(place));
  return listed.split('\0').filter(Boolean);
}

export async function hasCommit(place: Pick<Place, 'gitDir'>, commit: string): Promise<boolean> {
  return (await git(['cat-file', '-e', `${commit}^{commit}`], { gitDir: place.gitDir })).code === 0;
}

/** A pack of what `commit` has beyond `since` (everything where null), as a bundle. Null where there is nothing. */
export async function pack(place: Place, commit: string, since: string | null): Promise<Buffer | null> {
  if (commit === since) return null;
  await gitText(['update-ref', 'refs/holdfast/packed', commit], at(place));
  const result = await git(['bundle', 'create', '--quiet', '-', 'refs/holdfast/packed', ...(since ? [`^${since}`] : [])], at(place));
  if (result.code !== 0) throw new Error('a workspace could not be packed');
  return result.stdout;
}

export async function unpack(place: Place, bundle: Buffer): Promise<void> {
  // From standard input only newer versions of git read one.
  const file = join(place.gitDir, 'incoming.bundle');
  await writeFile(file, bundle);
  await gitText(['bundle', 'unbundle', file], at(place));
  await rm(file);
}
