import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOOLS_DIR } from '#platform/stack';
import { fingerprint } from '#test/harness/fingerprint';
import { changedFiles, diff, pack } from './git/tree.js';
import { findExecutables } from './sandbox/executables.js';
import { createSandbox } from './sandbox/sandbox.js';
import { Workspaces } from './workspaces.js';

const sandbox = createSandbox({ executables: findExecutables(TOOLS_DIR) });

describe('a workspace', () => {
  let folder: string;
  let repo: string;
  let all: Workspaces;
  const user = (...args: string[]): string => execFileSync('git', ['-C', repo, '-c', 'user.name=U', '-c', 'user.email=u@localhost', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const commitAll = (message: string): void => void (user('add', '-A'), user('commit', '-q', '-m', message));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-workspace-'));
    chmodSync(folder, 0o755);
    repo = join(folder, 'repo');
    mkdirSync(repo);
    user('init', '-q', '-b', 'main');
    writeFileSync(join(repo, 'a.txt'), 'one\n');
    writeFileSync(join(repo, 'crlf.txt'), 'a\r\nb\r\n');
    writeFileSync(join(repo, '.gitattributes'), '* text=auto\n*.bin filter=evil diff=evil\n');
    writeFileSync(join(repo, '.gitignore'), 'build/\n');
    commitAll('first');
    all = new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (tree: string, name: string): string => readFileSync(join(tree, name), 'utf8');

  it('holds each step as a commit, and goes back to any of them exactly', async () => {
    const ws = await all.open('run', { repo });
    await all.ensure(ws, ws.base);
    const { tree } = ws.place;
    expect(read(tree, 'a.txt')).toBe('one\n');
    await all.beginChange(ws);
    await sandbox.run({ tree, command: 'echo two > a.txt; rm crlf.txt; mkdir -p d build; printf "x\\r\\ny\\n" > d/mixed; ln -s a.txt link; echo o > build/out; chmod +x a.txt' });
    const first = await all.endChange(ws, ws.base, '1');
    expect(await changedFiles(ws.place, ws.base, first)).toEqual([
      { path: 'a.txt', status: 'modified', added: 1, removed: 1 },
      { path: 'crlf.txt', status: 'deleted', added: 0, removed: 2 },
      { path: 'd/mixed', status: 'added', added: 2, removed: 0 },
      { path: 'link', status: 'added', added: 1, removed: 0 },
    ]);
    await all.beginChange(ws);
    expect(await all.endChange(ws, first, '2')).toBe(first);
    await all.ensure(ws, ws.base);
    expect(readdirSync(tree).sort()).toEqual(['.gitattributes', '.gitignore', 'a.txt', 'build', 'crlf.txt']);
    await all.ensure(ws, first);
    expect([read(tree, 'a.txt'), read(tree, 'd/mixed'), readlinkSync(join(tree, 'link'))]).toEqual(['two\n', 'x\r\ny\n', 'a.txt']);
    expect(lstatSync(join(tree, 'a.txt')).mode & 0o111).not.toBe(0);
    // And the sandbox can still write what was restored.
    expect((await sandbox.run({ tree, command: 'echo more >> a.txt && echo ok' })).output).toBe('ok\n');
  });

  it('undoes what a delivery that was cut off left', async () => {
    const ws = await all.open('run', { repo });
    await all.ensure(ws, ws.base);
    await all.beginChange(ws);
    await sandbox.run({ tree: ws.place.tree, command: 'echo half > a.txt; echo new > half' });
    // No endChange: the worker was killed here, and another process takes over.
    await new Workspaces({ folder: join(folder, 'workspaces'), repositories: [folder] }).ensure(ws, ws.base);
    expect(read(ws.place.tree, 'a.txt')).toBe('one\n');
    expect(existsSync(join(ws.place.tree, 'half'))).toBe(false);
  });

  it('leaves the user’s repository byte for byte as it was', async () => {
    writeFileSync(join(repo, 'a.txt'), 'uncommitted\n');
    writeFileSync(join(repo, 'new.txt'), 'untracked\n');
    user('add', 'new.txt');
    const before = fingerprint(repo);
    const ws = await all.open('run', { repo, includeUncommitted: true });
    await all.ensure(ws, ws.base);
    expect([read(ws.place.tree, 'a.txt'), read(ws.place.tree, 'new.txt')]).toEqual(['uncommitted\n', 'untracked\n']);
    await all.beginChange(ws);
    await sandbox.run({ tree: ws.place.tree, command: 'git init -q . ; rm -rf a.txt; echo x > y' });
    await all.branch(ws, await all.endChange(ws, ws.base, '1'));
    await all.open('other', { repo });
    expect(fingerprint(repo)).toBe(before);
  });

  it('says what it leaves out', async () => {
    writeFileSync(join(repo, 'big.bin'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    user('update-index', '--add', '--cacheinfo', `160000,${user('rev-parse', 'HEAD')},sub`);
    user('add', 'big.bin');
    user('commit', '-q', '-m', 'second');
    mkdirSync(join(repo, 'sub'));
    writeFileSync(join(repo, 'a.txt'), 'dirty\n');
    user('checkout', '-q', '--detach');
    const ws = await all.open('run', { repo });
    expect(ws.notes).toEqual([expect.stringMatching(/^1 submodules/), expect.stringMatching(/^1 files are pointers/), expect.stringMatching(/uncommitted/)]);
    expect(ws.base).toBe(user('rev-parse', 'HEAD'));
    await all.ensure(ws, ws.base);
    expect(read(ws.place.tree, 'a.txt')).toBe('one\n');
  });

  it('refuses what is no repository, is empty, lacks the base, or is not allowed', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(all.open('a', { repo: empty })).rejects.toMatchObject({ code: 'repository_unusable', message: expect.stringContaining('not a Git') });
    execFileSync('git', ['init', '-q', empty]);
    await expect(all.open('a', { repo: empty })).rejects.toMatchObject({ code: 'repository_unusable', message: expect.stringContaining('no commit yet') });
    await expect(all.open('a', { repo, base: 'nowhere' })).rejects.toMatchObject({ code: 'repository_unusable' });
    await expect(all.open('a', { repo, base: '--output=/tmp/x' })).rejects.toMatchObject({ code: 'repository_unusable' });
    await expect(all.open('a', { repo: '/' })).rejects.toMatchObject({ code: 'path_not_allowed' });
    symlinkSync('/', join(folder, 'root'));
    await expect(all.open('a', { repo: join(folder, 'root', 'etc') })).rejects.toMatchObject({ code: 'path_not_allowed' });
    await expect(all.open('a', { repo: 'https://elsewhere.example/x.git' })).rejects.toMatchObject({ code: 'path_not_allowed' });
    await expect(all.open('a', { repo: 'ext::sh -c true' })).rejects.toMatchObject({ code: 'repository_unusable' });
  });

  it('takes an address that the configuration allows, and no other', async () => {
    user('update-server-info');
    const asked: string[] = [];
    // The plain files of a repository are one of git's ways to fetch it.
    const server = createServer((req, res) => {
      asked.push(req.url!);
      const file = join(repo, '.git', new URL(req.url!, 'http://host').pathname.replace('/project.git', ''));
      if (existsSync(file) && statSync(file).isFile()) res.end(readFileSync(file));
      else res.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const remote = new Workspaces({ folder: join(folder, 'workspaces'), repositories: [`${address}/project`] });
    try {
      await expect(remote.open('other', { repo: `${address}/elsewhere.git` })).rejects.toMatchObject({ code: 'path_not_allowed' });
      expect(asked).toEqual([]);
      const ws = await remote.open('run', { repo: `${address}/project.git`, base: 'main' });
      await remote.ensure(ws, ws.base);
      expect([ws.base, read(ws.place.tree, 'a.txt')]).toEqual([user('rev-parse', 'HEAD'), 'one\n']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('runs nothing that a tree asks git to run', async () => {
    const ws = await all.open('run', { repo });
    await all.ensure(ws, ws.base);
    await all.beginChange(ws);
    const proof = join(folder, 'proof');
    const evil = `touch ${proof}`;
    await sandbox.run({
      tree: ws.place.tree,
      command: [
        'git init -q . && git config core.fsmonitor "$EVIL" && git config core.hooksPath hooks && git config filter.evil.clean "$EVIL" && git config diff.evil.textconv "$EVIL" && git config diff.external "$EVIL"',
        'mkdir -p hooks && for h in pre-commit post-checkout post-index-change reference-transaction; do printf "#!/bin/sh\\n$EVIL\\n" > hooks/$h; chmod +x hooks/$h; done; cp hooks/* .git/hooks/',
        'mkdir sub && cd sub && git init -q . && git config core.fsmonitor "$EVIL" && git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x; cp ../hooks/* .git/hooks/; cd ..',
        'echo x > evil.bin; echo "* filter=evil diff=evil" >> .gitattributes; echo "[core]\n fsmonitor = $EVIL" > .gitmodules',
      ].join('\n'),
      env: { EVIL: evil },
    });
    const commit = await all.endChange(ws, ws.base, '1');
    await diff(ws.place, ws.base, commit);
    await all.ensure(ws, ws.base);
    await all.ensure(ws, commit);
    expect(existsSync(proof)).toBe(false);
    expect(readdirSync(ws.place.tree)).toContain('evil.bin');
  });

  it('is built again elsewhere from the repository and its packs, and in a fork from the other run’s', async () => {
    const ws = await all.open('run', { repo });
    await all.ensure(ws, ws.base);
    const packs: Buffer[] = [];
    let at = ws.base;
    for (const n of ['1', '2']) {
      await all.beginChange(ws);
      await sandbox.run({ tree: ws.place.tree, command: `echo ${n} > f${n}` });
      const next = await all.endChange(ws, at, n);
      packs.push((await pack(ws.place, next, at))!);
      at = next;
    }
    expect(packs[1]!.length).toBeLessThan(2_000);
    const elsewhere = new Workspaces({ folder: join(folder, 'other-host'), repositories: [folder] });
    const again = await elsewhere.open('run', { repo }, { packs: async () => packs });
    await elsewhere.ensure(again, at);
    expect([read(again.place.tree, 'f1'), read(again.place.tree, 'f2')]).toEqual(['1\n', '2\n']);
    const fork = await all.open('fork', { repo }, { from: 'run' });
    await all.ensure(fork, at);
    expect(read(fork.place.tree, 'f2')).toBe('2\n');
  });
});
