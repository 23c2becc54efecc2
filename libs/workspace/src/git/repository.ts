import { HoldfastError } from '#contracts';
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError, gitText } from './git.js';

export type RepositorySource = {
  /** Path of a checkout or a bare repository, or an address. */
  repo: string;
  /** Commit, branch or tag to start from; what is checked out where not given. */
  base?: string | undefined;
  /** The checkout's changes become the first commit. */
  includeUncommitted?: boolean | undefined;
};

export type Mirror = {
  base: string;
  /** What the person should know: uncommitted changes left out, submodules that stay empty, files that are pointers. */
  notes: string[];
};

/** Highest precedence: files are kept byte for byte, whatever the repository's own attributes ask for. */
const ATTRIBUTES = '* -text -filter -ident -working-tree-encoding\n';

/**
 * A bare copy that shares nothing with the repository, which is only read.
 * @throws HoldfastError `repository_unusable`
 */
export async function createMirror(gitDir: string, source: RepositorySource): Promise<Mirror> {
  const cloned = await git(['clone', '--quiet', '--bare', '--no-hardlinks', '--', source.repo, gitDir], { timeoutMs: 600_000 });
  if (cloned.code !== 0) throw unusable(/not a git repository|does not appear to be|does not exist/.test(cloned.stderr) ? 'it is not a Git repository' : 'it could not be copied');
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await writeFile(join(gitDir, 'info', 'attributes'), ATTRIBUTES);
  // The copy must never be written back by accident.
  await git(['remote', 'remove', 'origin'], { gitDir });
  const committed = await resolveBase(gitDir, source.base);
  const checkout = await checkoutOf(source.repo);
  if (checkout) await copyFile(join(checkout.gitDir, 'info', 'exclude'), join(gitDir, 'info', 'exclude')).catch(() => undefined);
  const base = checkout && source.includeUncommitted ? await commitUncommitted(gitDir, checkout.folder, committed) : committed;
  return { base, notes: await notesOn(gitDir, base, checkout, source.includeUncommitted ?? false) };
}

const unusable = (why: string): HoldfastError => new HoldfastError('repository_unusable', `The repository cannot be worked on: ${why}.`);

async function resolveBase(gitDir: string, base: string | undefined): Promise<string> {
  try {
    return (await gitText(['rev-parse', '--verify', '--quiet', '--end-of-options', `${base ?? 'HEAD'}^{commit}`], { gitDir })).trim();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw unusable(base ? 'it has no commit of the name given as base' : 'it has no commit yet');
  }
}

type Checkout = { folder: string; gitDir: string };

/** Null for a bare repository and for an address. */
async function checkoutOf(repo: string): Promise<Checkout | null> {
  const isFolder = await stat(repo).then((s) => s.isDirectory(), () => false);
  if (!isFolder) return null;
  const found = await git(['-C', repo, 'rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir']);
  const [folder, gitDir] = found.stdout.toString('utf8').trim().split('\n');
  return found.code === 0 && folder && gitDir ? { folder, gitDir } : null;
}

/** The checkout as it is, ignored files left out, as a commit of the copy's own: its index and objects are the copy's. */
async function commitUncommitted(gitDir: string, folder: string, parent: string): Promise<string> {
  const at = { gitDir, workTree: folder, index: join(gitDir, 'uncommitted-index') };
  await gitText(['read-tree', parent], at);
  await gitText(['add', '-A'], at);
  const tree = (await gitText(['write-tree'], at)).trim();
  if (tree === (await gitText(['rev-parse', `${parent}^{tree}`], at)).trim()) return parent;
  return (await gitText(['commit-tree', tree, '-p', parent, '-m', 'Uncommitted changes'], at)).trim();
}

async function notesOn(gitDir: string, base: string, checkout: Checkout | null, included: boolean): Promise<string[]> {
  const notes: string[] = [];
  const listed = await gitText(['ls-tree', '-r', '--full-tree', base], { gitDir });
  const submodules = listed.split('\n').filter((line) => line.startsWith('160000')).length;
  if (submodules) notes.push(`${submodules} submodules are not fetched; their folders are empty.`);
  const pointers = await git(['grep', '-l', '-F', '-e', 'version https://git-lfs.github.com/spec/', base], { gitDir });
  const pointerFiles = pointers.stdout.toString('utf8').split('\n').filter(Boolean).length;
  if (pointerFiles) notes.push(`${pointerFiles} files are pointers of Git LFS; their content is not here.`);
  if (checkout && !included && (await isDirty(gitDir, checkout.folder, base))) notes.push('The checkout has uncommitted changes, which are left out.');
  return notes;
}

async function isDirty(gitDir: string, folder: string, base: string): Promise<boolean> {
  return base !== (await commitUncommitted(gitDir, folder, base));
}
