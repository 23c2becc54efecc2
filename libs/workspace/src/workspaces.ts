import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HoldfastError } from '#contracts';
import { giveTo } from './files/ownership.js';
import { git, gitText } from './git/git.js';
import { createMirror, type RepositorySource } from './git/repository.js';
import { hasCommit, type Place, placeIn, restore, snapshot, unpack } from './git/tree.js';
import { identityOf } from './sandbox/identity.js';
import { setUp, type SetUpOptions, type SetUpResult } from './setup/set-up.js';

export type WorkspacesOptions = {
  /** Folder that holds all workspaces. */
  folder: string;
  /** What runs may work on: folders (with all below them), and beginnings of addresses. */
  repositories: readonly string[];
};

export type Workspace = {
  id: string;
  place: Place;
  /** Commit that the work began from. */
  base: string;
  notes: string[];
  /** What the setup made, relative to the tree: commands see it read-only. */
  products: string[];
};

/** The commit that the tree holds; `dirty` while something may be changing it. */
type TreeState = { commit: string | null; dirty: boolean };

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Workspaces {
  constructor(private readonly options: WorkspacesOptions) {}

  #folder(id: string): string {
    if (!/^[\w-]{1,64}$/.test(id)) throw new HoldfastError('validation_failed', 'A workspace’s id is a run’s.');
    return join(this.options.folder, id);
  }

  /**
   * The workspace of a run, built where it is not there. `packs` are laid on top of the repository where another host
   * had it before; `from` is another run's workspace, for a fork of that.
   * @throws HoldfastError `path_not_allowed`, `repository_unusable`
   */
  async open(id: string, source: RepositorySource, more: { from?: string | null; packs?: () => Promise<Buffer[]> } = {}): Promise<Workspace> {
    const folder = this.#folder(id);
    const ready = await readJson<Pick<Workspace, 'base' | 'notes'>>(join(folder, 'workspace.json'));
    if (ready) return { id, place: placeIn(folder), ...ready, products: await this.#products(id) };
    await mkdir(this.options.folder, { recursive: true, mode: 0o711 });
    // Built beside and moved into place: a build that was killed is not mistaken for a workspace.
    const building = await mkdtemp(join(this.options.folder, '.building-'));
    try {
      const place = placeIn(building);
      const made = await this.#build(place, source, more.from ?? null);
      await mkdir(place.tree);
      if (more.from) await this.#copyProducts(more.from, building);
      for (const bundle of (await more.packs?.()) ?? []) await unpack(place, bundle);
      await writeFile(join(building, 'workspace.json'), JSON.stringify(made));
      await rm(folder, { recursive: true, force: true });
      await rename(building, folder);
      return { id, place: placeIn(folder), ...made, products: await this.#products(id) };
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }

  async #build(place: Place, source: RepositorySource, from: string | null): Promise<Pick<Workspace, 'base' | 'notes'>> {
    const parent = from ? this.#folder(from) : null;
    const known = parent ? await readJson<Pick<Workspace, 'base' | 'notes'>>(join(parent, 'workspace.json')) : null;
    if (!known || !parent) return createMirror(place.gitDir, { ...source, repo: await this.#allowed(source.repo) });
    await gitText(['clone', '--quiet', '--mirror', '--no-hardlinks', '--', placeIn(parent).gitDir, place.gitDir]);
    await git(['remote', 'remove', 'origin'], { gitDir: place.gitDir });
    await writeFile(join(place.gitDir, 'info', 'attributes'), await readFile(join(placeIn(parent).gitDir, 'info', 'attributes')));
    return known;
  }

  async #allowed(repo: string): Promise<string> {
    const { repositories } = this.options;
    if (/^(https?|ssh|git):\/\//.test(repo) || /^[\w.-]+@[\w.-]+:/.test(repo)) {
      if (repositories.some((allowed) => /:/.test(allowed) && repo.startsWith(allowed))) return repo;
      throw notAllowed();
    }
    const real = await realpath(repo).catch(() => null);
    if (!real) throw new HoldfastError('repository_unusable', 'The repository cannot be worked on: there is no such folder.');
    const roots = await Promise.all(repositories.filter((allowed) => !allowed.includes('://')).map((allowed) => realpath(allowed).catch(() => null)));
    const inside = roots.some((root) => root !== null && (real === root || !/^\.\.(\/|$)/.test(relative(root, real))));
    if (!inside) throw notAllowed();
    return real;
  }

  /**
   * Makes the tree what `commit` holds, unless it does already. Whatever a delivery that was cut off left is gone.
   * @throws HoldfastError `internal` where the commit is not here
   */
  async ensure(ws: Workspace, commit: string): Promise<void> {
    const state = await this.#state(ws);
    if (state.commit === commit && !state.dirty) return;
    if (!(await hasCommit(ws.place, commit))) throw new HoldfastError('internal', 'A commit of the workspace is missing.');
    await this.#write(ws, { commit: state.commit, dirty: true });
    await restore(ws.place, commit);
    await giveTo(ws.place.tree, identityOf(ws.place.tree));
    await this.#write(ws, { commit, dirty: false });
  }

  /** To say before anything may change the tree. */
  async beginChange(ws: Workspace): Promise<void> {
    await this.#write(ws, { ...(await this.#state(ws)), dirty: true });
  }

  /** The tree as a commit on `parent`, under a hidden ref; `parent` where nothing changed. */
  async endChange(ws: Workspace, parent: string, ref: string): Promise<string> {
    const commit = await snapshot(ws.place, parent, ref);
    await this.#write(ws, { commit, dirty: false });
    return commit;
  }

  /** The work as a branch of the workspace's own copy, which a push takes from there. */
  async branch(ws: Workspace, commit: string): Promise<string> {
    const name = `holdfast/${ws.id}`;
    await gitText(['update-ref', `refs/heads/${name}`, commit], { gitDir: ws.place.gitDir });
    return name;
  }

  /**
   * The only thing that writes to the user's repository: a new branch there. The checkout and its branches stay.
   * @throws GitError where the branch exists with other commits, or the push was refused
   */
  async push(ws: Workspace, commit: string, repo: string, branch: string): Promise<void> {
    await gitText(['push', '--quiet', '--no-verify', '--', await this.#allowed(repo), `${commit}:refs/heads/${branch}`], { gitDir: ws.place.gitDir });
  }

  /**
   * Installs what the work needs, once: the same command asked for again is done already. Only on the tree as it was
   * given, so that nothing runs with network that the agent wrote.
   */
  async setUp(ws: Workspace, options: SetUpOptions): Promise<SetUpResult> {
    const file = this.#setupFile(ws.id);
    const done = await readJson<SetUpResult & { command: string }>(file);
    if (done?.command === options.command) return done;
    await this.ensure(ws, ws.base);
    await this.beginChange(ws);
    const made = await setUp(ws.place, options);
    await this.ensure(ws, ws.base);
    if (made.result.exitCode !== 0) return made;
    await writeFile(`${file}.new`, JSON.stringify({ ...made, command: options.command }));
    await rename(`${file}.new`, file);
    return made;
  }

  async isSetUp(ws: Workspace): Promise<boolean> {
    return (await readJson(this.#setupFile(ws.id))) !== null;
  }

  async #products(id: string): Promise<string[]> {
    return (await readJson<SetUpResult>(this.#setupFile(id)))?.products ?? [];
  }

  /** A fork works with what was installed for the other run. */
  async #copyProducts(from: string, to: string): Promise<void> {
    const setup = await readJson<SetUpResult>(this.#setupFile(from));
    if (!setup) return;
    const source = placeIn(this.#folder(from));
    const target = placeIn(to);
    for (const path of setup.products) await cp(join(source.tree, path), join(target.tree, path), { recursive: true, verbatimSymlinks: true });
    await cp(join(source.gitDir, 'info', 'exclude'), join(target.gitDir, 'info', 'exclude'));
    await cp(this.#setupFile(from), join(to, 'setup.json'));
  }

  #setupFile(id: string): string {
    return join(this.#folder(id), 'setup.json');
  }

  /**
   * The real path of a file that lies below an allowed folder.
   * @throws HoldfastError `path_not_allowed`, `repository_unusable`
   */
  allowedFile(path: string): Promise<string> {
    return this.#allowed(path);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#folder(id), { recursive: true, force: true });
  }

  /** Ids of the runs that have a workspace here. */
  async list(): Promise<string[]> {
    const names = await readdir(this.options.folder).catch(() => []);
    return names.filter((name) => RUN_ID.test(name));
  }

  exists(id: string): boolean {
    return existsSync(join(this.#folder(id), 'workspace.json'));
  }

  async #state(ws: Workspace): Promise<TreeState> {
    return (await readJson<TreeState>(this.#stateFile(ws))) ?? { commit: null, dirty: true };
  }

  async #write(ws: Workspace, state: TreeState): Promise<void> {
    const file = this.#stateFile(ws);
    await writeFile(`${file}.new`, JSON.stringify(state));
    await rename(`${file}.new`, file);
  }

  #stateFile(ws: Workspace): string {
    return join(this.#folder(ws.id), 'tree.json');
  }
}

const notAllowed = (): HoldfastError => new HoldfastError('path_not_allowed', 'This repository is outside what HOLDFAST_REPOSITORIES allows.');

/** Null where the file is missing or was cut off while it was written. */
async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return null;
  }
}
