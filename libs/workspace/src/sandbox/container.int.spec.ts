import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { giveTo } from '../files/ownership.js';
import { containerName } from './container.js';
import { findContainerEngine } from './executables.js';
import { identityOf } from './identity.js';
import type { CommandResult } from './limits.js';
import { type Command, createSandbox } from './sandbox.js';

const IMAGE = 'localhost/holdfast-sandbox-spec:1';
const PROGRAMS = ['sh', 'cat', 'id', 'ls', 'dd', 'head', 'sleep', 'touch', 'env'];
const folder = mkdtempSync(join(tmpdir(), 'holdfast-container-'));
const engine = findContainerEngine();
/** Why there is nothing to test on; null where containers can be had here. */
const lacking = engine ? madeImage(engine) : 'neither podman nor docker is on this machine';

/** An image of the host's own programs, so that nothing has to be fetched; and whether the engine runs it at all. */
function madeImage(program: string): string | null {
  const root = join(folder, 'root');
  for (const made of ['bin', 'tmp', 'workspace', 'proc', 'sys', 'dev', 'etc']) mkdirSync(join(root, made), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const name of PROGRAMS) {
    const file = realpathSync(execFileSync('/bin/sh', ['-c', `PATH=/bin:/usr/bin command -v ${name}`], { encoding: 'utf8' }).trim());
    copyFileSync(file, join(root, 'bin', name));
    for (const [library] of (spawnSync('ldd', [file], { encoding: 'utf8' }).stdout ?? '').matchAll(/\/\S+/g)) {
      mkdirSync(join(root, dirname(library)), { recursive: true });
      copyFileSync(library, join(root, library));
    }
  }
  execFileSync('tar', ['-C', root, '-cf', join(folder, 'root.tar'), '.']);
  const made = spawnSync(program, ['import', join(folder, 'root.tar'), IMAGE], { encoding: 'utf8' });
  if (made.status !== 0) return `${program} imports no image (${made.stderr.trim().split('\n').at(-1)})`;
  const tried = spawnSync(program, ['run', '--rm', '--pull', 'never', '--network', 'none', '--ulimit', 'nproc=64:64', '--ulimit', 'nofile=1024:1024', '--entrypoint', 'sh', IMAGE, '-c', 'true'], { encoding: 'utf8' });
  return tried.status === 0 ? null : `${program} starts no container (${tried.stderr.trim().split('\n').at(-1)})`;
}

afterAll(() => {
  if (engine) spawnSync(engine, ['rmi', '--force', IMAGE], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});

(lacking ? describe.skip : describe)(`a command in a container of a real engine${lacking ? `: ${lacking}` : ''}`, () => {
  const tree = join(folder, 'tree');
  const sandbox = createSandbox({ executables: { bwrap: null }, container: { program: engine, image: IMAGE } });
  const run = (command: string, more: Partial<Command> = {}): Promise<CommandResult> => sandbox.run({ command, tree, ...more });
  const left = (): string => execFileSync(engine!, ['ps', '--all', '--quiet', '--filter', `name=${containerName(tree)}`], { encoding: 'utf8' }).trim();

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(tree);
    writeFileSync(join(folder, 'secret'), 'the secret');
    await giveTo(tree, identityOf(tree));
  });

  it('works in its tree and in a private /tmp, as nobody known, with the command’s own exit code', async () => {
    const result = await run('echo hi > made; echo x > /tmp/y; cat made /tmp/y; id -u; exit 3');
    expect(result).toMatchObject({ exitCode: 3, ended: 'exit' });
    expect(result.output.split('\n')).toEqual(['hi', 'x', expect.not.stringMatching(/^0$/), '']);
    expect(readFileSync(join(tree, 'made'), 'utf8')).toBe('hi\n');
    expect((await run('no-such-program')).exitCode).toBe(127);
    expect(left()).toBe('');
  });

  it('finds the root read-only, no file of the host, no network, no environment of the worker', async () => {
    process.env['HOLDFAST_CONTAINER_SPEC'] = 'a secret of the environment';
    const result = await run(`touch /x /bin/x; cat ${join(folder, 'secret')}; cat /proc/net/dev; env; cat /proc/1/environ`);
    delete process.env['HOLDFAST_CONTAINER_SPEC'];
    expect(result.output.match(/Read-only file system/g)).toHaveLength(2);
    expect(result.output).not.toMatch(/the secret|a secret of the environment|DATABASE_URL/);
    expect([...result.output.matchAll(/^\s*(\w+):\s+\d+/gm)].map(([, device]) => device)).toEqual(['lo']);
  });

  it('is held to its processes, its memory and its file size', async () => {
    expect(await run('f() { f | f & }; f; sleep 1; echo still here', { limits: { processes: 40, timeMs: 20_000 } })).toMatchObject({ ended: 'exit' });
    expect((await run('head -c 300000000 /dev/zero > big', { limits: { fileBytes: 1_000_000 } })).exitCode).not.toBe(0);
    expect((await run('dd if=/dev/zero of=/dev/null bs=400M count=1', { limits: { memoryBytes: 64 * 1_048_576 } })).exitCode).not.toBe(0);
    expect(left()).toBe('');
  }, 60_000);

  it('is gone when its time is up, with all that it started', async () => {
    expect(await run('sleep 4321 & sleep 4321', { limits: { timeMs: 1_500 } })).toMatchObject({ exitCode: null, ended: 'time' });
    await run('(sleep 4322 &); echo started');
    expect(left()).toBe('');
    expect(spawnSync('pgrep', ['-f', 'sleep 432[12]'], { encoding: 'utf8' }).stdout).toBe('');
  }, 60_000);

  it('is gone when its worker is killed', async () => {
    const worker = join(folder, 'worker.mts');
    writeFileSync(worker, `const { createSandbox } = await import(${JSON.stringify(new URL('./sandbox.ts', import.meta.url).href)});\nvoid createSandbox({ executables: { bwrap: null }, container: ${JSON.stringify({ program: engine, image: IMAGE })} }).run({ command: 'touch begun; sleep 4323', tree: ${JSON.stringify(tree)} });\n`);
    const child = spawn(process.execPath, ['--import', new URL('../../../../test/setup/source-loader.mjs', import.meta.url).pathname, worker], { stdio: 'ignore' });
    await until(() => existsSync(join(tree, 'begun')));
    child.kill('SIGKILL');
    await until(() => left() === '');
  }, 60_000);
});

async function until(holds: () => boolean, tries = 100): Promise<void> {
  for (; !holds(); tries--) {
    if (tries === 0) throw new Error('it did not come about in time');
    await new Promise((go) => setTimeout(go, 200));
  }
}
