import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { containerLine, containerName } from './container.js';
import { DEFAULT_LIMITS } from './limits.js';
import { createSandbox } from './sandbox.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stands in for an engine's client: writes down how it was called, and answers as told. Runs no command. */
function engine(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nfor a in "$@"; do printf '%s\\n' "$a"; done >> ${file}.calls; echo -- >> ${file}.calls\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const calls = (file: string): string[][] => readFileSync(`${file}.calls`, 'utf8').split('\n--\n').filter(Boolean).map((one) => one.split('\n'));
const boxOf = (program: string | null) => createSandbox({ executables: { bwrap: null }, container: { program, image: 'node:24' } });

describe('the container back end', () => {
  it('asks the engine for all that a sandbox is', () => {
    const line = containerLine(
      { bwrap: '', identity: { uid: 1_000_000_001, gid: 1_000_000_001 }, tree: '/data/w/tree', readOnly: ['/opt/go'], products: ['node_modules'], files: { '/data/shim.mjs': '/shim.mjs' }, path: ['/opt/go/bin'], env: { NO_COLOR: '1' }, cwd: 'sub', command: 'go test ./...', limits: DEFAULT_LIMITS },
      { program: 'docker', image: 'golang:1.26' },
    );
    expect(line).toEqual([
      'docker', 'run', '--rm', '--init', '--interactive', '--pull', 'never', '--name', containerName('/data/w/tree'), '--hostname', 'sandbox',
      '--network', 'none', '--ipc', 'private', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '1000000001:1000000001',
      '--pids-limit', '256', '--memory', '2147483648b', '--memory-swap', '2147483648b', '--shm-size', '268435456b',
      '--ulimit', 'nproc=256:256', '--ulimit', 'core=0:0', '--ulimit', 'nofile=4096:4096', '--ulimit', 'fsize=268435456:268435456',
      '--tmpfs', '/tmp:rw,exec,nosuid,nodev,mode=1777,size=268435456',
      '--mount', 'type=bind,src=/opt/go,dst=/opt/go,readonly', '--mount', 'type=bind,src=/data/w/tree,dst=/workspace',
      '--mount', 'type=bind,src=/data/w/tree/node_modules,dst=/workspace/node_modules,readonly', '--mount', 'type=bind,src=/data/shim.mjs,dst=/shim.mjs,readonly',
      '--env', 'HOME=/tmp', '--env', 'TMPDIR=/tmp', '--env', 'LANG=C.UTF-8', '--env', 'TERM=dumb', '--env', 'CI=1', '--env', 'USER=agent',
      '--env', 'PATH=/opt/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '--env', 'NO_COLOR=1',
      '--workdir', '/workspace/sub', '--entrypoint', 'sh', 'golang:1.26', '-c',
      'exec 3<&0 </dev/null; { cat <&3 >/dev/null 2>&1; kill -KILL $$; } & exec 3<&- 2>&1\ngo test ./...',
    ]);
  });

  it('quotes a folder with a comma, as a mount would else read on as something else', () => {
    const line = containerLine({ bwrap: '', identity: null, tree: '/data/a,readonly=false,b', readOnly: [], products: [], path: [], env: {}, cwd: '', command: 'true', limits: DEFAULT_LIMITS }, { program: '/usr/bin/podman', image: 'i' });
    expect(line).toContain('type=bind,"src=/data/a,readonly=false,b",dst=/workspace');
    expect(line.join(' ')).toContain('--userns keep-id');
  });

  it('removes what an earlier worker left, runs, and gives output and exit code', async () => {
    const program = engine('good', '[ "$1" = run ] && { echo "three tests failed"; exit 3; }; exit 1');
    expect(await boxOf(program).run({ command: 'npm test', tree: folder })).toMatchObject({ exitCode: 3, ended: 'exit', output: 'three tests failed\n' });
    expect(calls(program).map((call) => call.slice(0, 2))).toEqual([['rm', '--force'], ['run', '--rm']]);
  });

  it('kills the container, and not only the client, where the time is up', async () => {
    const program = engine('slow', '[ "$1" = run ] && exec sleep 20; exit 0');
    expect(await boxOf(program).run({ command: 'sleep 60', tree: folder, limits: { timeMs: 300 } })).toMatchObject({ exitCode: null, ended: 'time' });
    expect(calls(program).at(-1)).toEqual(['rm', '--force', containerName(folder)]);
  });

  it('refuses, in words, where there is no engine, it does not answer, or the image is missing', async () => {
    await expect(boxOf(null).run({ command: 'true', tree: folder })).rejects.toMatchObject({ code: 'sandbox_unavailable', message: expect.stringMatching(/neither docker nor podman was found/) });
    const down = engine('down', 'echo "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2; exit 125');
    await expect(boxOf(down).run({ command: 'true', tree: folder })).rejects.toMatchObject({ code: 'sandbox_unavailable', message: expect.stringContaining('Cannot connect to the Docker daemon') });
    await expect(boxOf('/no/such/engine').run({ command: 'true', tree: folder })).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  });
});
