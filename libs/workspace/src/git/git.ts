import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type GitResult = { code: number; stdout: Buffer; stderr: string };

export type GitCall = {
  gitDir?: string;
  workTree?: string;
  index?: string;
  input?: string | Buffer;
  env?: Record<string, string>;
  timeoutMs?: number;
};

/**
 * Nothing of the user's or the machine's configuration, and nothing that a repository could have run: no hooks, no
 * monitor, no filters (those are defined in configuration alone), no pager, no prompts.
 */
const CONFIG = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.untrackedCache': 'false',
  'core.autocrlf': 'false',
  'core.symlinks': 'true',
  'core.attributesFile': '/dev/null',
  'core.quotePath': 'false',
  'diff.ignoreSubmodules': 'all',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.ext.allow': 'never',
  'safe.directory': '*',
  'submodule.recurse': 'false',
  'advice.addEmbeddedRepo': 'false',
  'user.name': 'Holdfast',
  'user.email': 'holdfast@localhost',
  'commit.gpgSign': 'false',
};
const CONFIG_ENV = Object.fromEntries([
  ['GIT_CONFIG_COUNT', `${Object.keys(CONFIG).length}`],
  ...Object.entries(CONFIG).flatMap(([key, value], i) => [
    [`GIT_CONFIG_KEY_${i}`, key],
    [`GIT_CONFIG_VALUE_${i}`, value],
  ]),
]) as Record<string, string>;

const TIMEOUT_MS = 300_000;

/** Runs git to its end, whatever it exits with. The folders are named each time, so that nothing in a tree can lead it elsewhere. */
export async function git(args: string[], call: GitCall = {}): Promise<GitResult> {
  const child = spawn('git', args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: call.timeoutMs ?? TIMEOUT_MS,
    killSignal: 'SIGKILL',
    ...(call.workTree ? { cwd: call.workTree } : {}),
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: '/nonexistent',
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      ...CONFIG_ENV,
      ...(call.gitDir ? { GIT_DIR: call.gitDir } : {}),
      ...(call.workTree ? { GIT_WORK_TREE: call.workTree } : {}),
      ...(call.index ? { GIT_INDEX_FILE: call.index } : {}),
      ...call.env,
    },
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 128, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8').slice(0, 4_000) };
}

export class GitError extends Error {
  override readonly name = 'GitError';
  constructor(
    readonly command: string,
    readonly stderr: string,
  ) {
    super(`git ${command} failed`);
  }
}

/** What git prints. Throws GitError where it exits with another code than 0. */
export async function gitText(args: string[], call: GitCall = {}): Promise<string> {
  const result = await git(args, call);
  if (result.code !== 0) throw new GitError(args[0] ?? '', result.stderr);
  return result.stdout.toString('utf8');
}
