import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { extname, dirname, join } from 'node:path';
import { gitText } from '#workspace';

/** A bug of a real repository: the tree before its fix, what was said of the fix, and the tests that came with it. */
export type Case = {
  id: string;
  folder: string;
  /** What the agent is told. */
  task: string;
  /** Runs the hidden tests. */
  run: string;
  /** Paths of the hidden tests. */
  tests: string[];
};

/** Every folder below `data` with a case.json and a repo.tar.gz. */
export function findCases(data: string): Case[] {
  const folders = readdirSync(data, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => join(data, e.name));
  const own = folders.filter((folder) => existsSync(join(folder, 'case.json')) && existsSync(join(folder, 'repo.tar.gz')));
  if (own.length === 0) return folders.flatMap((folder) => (existsSync(join(folder, 'case.json')) ? [] : findCases(folder)));
  return own.sort().map((folder) => {
    const { id, message, subject, run, tests } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Record<'id' | 'message' | 'subject' | 'run', string> & { tests: string[] };
    return { id, folder, task: message || subject, run, tests };
  });
}

/** The tree before the fix as a repository with one commit. Neither the fix nor its tests are in it. */
export async function unpackRepository(one: Case, into: string): Promise<string> {
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['xzf', join(one.folder, 'repo.tar.gz'), '-C', into, '--no-same-owner']);
  const repo = join(into, 'repo');
  await gitText(['init', '-q', repo]);
  await gitText(['-C', repo, 'add', '-A']);
  await gitText(['-C', repo, 'commit', '-q', '-m', 'before']);
  return repo;
}

/** What the agent may run: the same runner on the tests that are there, all of the folder where the hidden one is new. */
export function visibleTestCommand(one: Case, repo: string): string {
  const there = one.tests.filter((test) => existsSync(join(repo, test)));
  const paths = there.length === one.tests.length ? there : [...new Set(one.tests.map((test) => `${dirname(test)}/*${extname(test)}`))];
  const runner = one.tests.reduce((command, test) => command.replace(test, ''), one.run).trim();
  return `${runner.replace(/ -x\b/, '')} ${paths.join(' ')}`;
}
