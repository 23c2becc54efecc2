import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOOLS_DIR } from '#platform/stack';
import { findExecutables } from './executables.js';
import { identityOf } from './identity.js';
import type { CommandResult } from './limits.js';
import { type Command, createSandbox } from './sandbox.js';
import { giveTo } from '../files/ownership.js';

const MB = 1_048_576;
const executables = findExecutables(TOOLS_DIR);

/** What a hostile command tries. The secret lies beside the tree, as a user's files do. */
describe('a sandboxed command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-escape-'));
  const tree = join(folder, 'tree');
  const secret = join(folder, 'secret');
  const sandbox = createSandbox({ executables });
  let server: Server;
  let port: number;
  const run = (command: string, more: Partial<Command> = {}): Promise<CommandResult> => sandbox.run({ command, tree, ...more });

  beforeAll(async () => {
    mkdirSync(tree);
    chmodSync(folder, 0o755);
    writeFileSync(secret, 'the secret');
    await giveTo(tree, identityOf(tree));
    server = createServer((socket) => socket.end('reached'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
    process.env['HOLDFAST_ESCAPE_SPEC'] = 'a secret of the environment';
  });
  afterAll(() => {
    delete process.env['HOLDFAST_ESCAPE_SPEC'];
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('works in its tree and in a private /tmp, as nobody known', async () => {
    const result = await run('echo hi > made; echo x > /tmp/y; cat made; id -u; pwd');
    expect(result).toMatchObject({ exitCode: 0, ended: 'exit' });
    expect(result.output.split('\n')).toEqual(['hi', expect.not.stringMatching(/^0$/), '/workspace', '']);
    expect(readFileSync(join(tree, 'made'), 'utf8')).toBe('hi\n');
    expect((await run('ls /tmp; exit 3')).exitCode).toBe(3);
  });

  it('sees no link out of the tree', async () => {
    symlinkSync(secret, join(tree, 'link'));
    const result = await run(`cat link; cat ${secret}; ls ${folder}; echo over > link`);
    expect(result.output).not.toContain('the secret');
    expect(readFileSync(secret, 'utf8')).toBe('the secret');
  });

  it('makes no hard link to what is outside', async () => {
    const result = await run('ln /etc/ld.so.cache hard; ln /usr/bin/env hard2; ls hard hard2');
    expect(result.exitCode).not.toBe(0);
    expect(existsSync(join(tree, 'hard'))).toBe(false);
    expect(() => linkSync(join(tree, 'none'), join(tree, 'hard3'))).toThrow();
  });

  it('finds the root read-only, and no home, no passwords, no sockets of the host', async () => {
    const result = await run(`touch /x /usr/x /etc/x /proc/sys/kernel/x; mkdir /run/x; ls ${homedir()} /home /etc/shadow /etc/passwd /var/run /run; echo done`);
    expect(result.output).toContain('done');
    expect(result.output.match(/No such file|Read-only|denied|cannot/g)!.length).toBeGreaterThanOrEqual(9);
  });

  it('reads the toolchains that it was given, writes none of them, and sees nothing beside them', async () => {
    const tools = join(folder, 'tools');
    mkdirSync(join(tools, 'bin'), { recursive: true });
    writeFileSync(join(tools, 'bin', 'hello'), '#!/bin/sh\necho hello from a toolchain\n');
    chmodSync(join(tools, 'bin', 'hello'), 0o777);
    chmodSync(tools, 0o777);
    const given = createSandbox({ executables, readOnly: [tools], path: [join(tools, 'bin')] });
    const result = await given.run({ tree, command: `hello; echo over > ${tools}/bin/hello; echo new > ${tools}/new; chmod 700 ${tools}/bin/hello; ls ${folder}` });
    expect(result.output.split('\n')[0]).toBe('hello from a toolchain');
    expect(result.output.match(/Read-only file system/g)!).toHaveLength(3);
    expect(result.output).not.toContain('secret');
    expect([existsSync(join(tools, 'new')), readFileSync(join(tools, 'bin', 'hello'), 'utf8').includes('toolchain')]).toEqual([false, true]);
  });

  it('sees neither processes of the host nor the environment of the API', async () => {
    const result = await run(`env; cat /proc/1/environ /proc/self/environ | tr '\\0' '\\n'; ls -d /proc/[0-9]*; cat /proc/${process.pid}/environ`);
    expect(result.output).not.toMatch(/a secret of the environment|HOLDFAST|DATABASE_URL/);
    expect(result.output.match(/^\/proc\/\d+$/gm)!.length).toBeLessThan(10);
  });

  it('neither traces nor signals a process of the host', async () => {
    const result = await run(`kill -9 ${process.pid}; head -c 10 /proc/${process.pid}/mem; echo $?; head -c 10 /proc/1/mem; echo $?`);
    expect(result.output).toMatch(/No such process/i);
    expect(result.output).not.toMatch(/^0$/m);
  });

  it('attaches to no process of the host by ptrace', async () => {
    const number = { x64: 101, arm64: 117 }[process.arch as string];
    if (!number || !existsSync('/usr/bin/perl')) return;
    // PTRACE_ATTACH is 16. The host's process is not there; the sandbox's own shell may be looked at.
    const result = await run(`perl -e 'for my $pid (${process.pid}, ${process.ppid}) { print syscall(${number}, 16, $pid, 0, 0), " $!\n" }'`);
    expect(result.output).toBe('-1 No such process\n-1 No such process\n');
  });

  it('reaches no server on loopback, and no network', async () => {
    const result = await run(`bash -c 'echo > /dev/tcp/127.0.0.1/${port}' && echo reached; cat /proc/net/dev | grep -cv lo:`);
    expect(result.output).not.toContain('reached');
    expect(result.output).toMatch(/refused|unreachable|No such/);
  });

  it('cannot gain rights or mount anything', async () => {
    const result = await run('mount -t tmpfs none /tmp && echo mounted; unshare --user --map-root-user --mount sh -c "mount --bind /workspace /usr && touch /usr/x" && echo bound; chroot / true && echo rooted; grep -E "NoNewPrivs|CapEff" /proc/self/status');
    expect(result.output).not.toMatch(/mounted|rooted/);
    expect(result.output).toContain('CapEff:\t0000000000000000');
    expect(result.output).toContain('NoNewPrivs:\t1');
    expect(existsSync('/usr/x')).toBe(false);
  });

  it('ends a fork bomb at its limit of processes', async () => {
    const result = await run('bomb() { bomb | bomb & }; bomb; sleep 1; echo $(ls -d /proc/[0-9]* | wc -l)', { limits: { processes: 40, timeMs: 4_000 } });
    expect(result.output).toMatch(/fork|Resource/);
    const after = await run('echo fine');
    expect(after.output).toBe('fine\n');
  }, 20_000);

  it('ends what fills the disk', async () => {
    const one = await run('head -c 50000000 /dev/zero > big; ls -l big', { limits: { fileBytes: 8 * MB } });
    expect(one.output).toMatch(/8388608/);
    const many = await run('i=0; while true; do head -c 4000000 /dev/zero > f$i; i=$((i+1)); sleep 0.01; done', { limits: { diskBytes: 64 * MB } });
    expect(many).toMatchObject({ ended: 'disk', exitCode: null });
    const tmp = await run('head -c 50000000 /dev/zero > /tmp/big || echo full', { limits: { tmpBytes: 4 * MB } });
    expect(tmp.output).toMatch(/full/);
    await run('rm -f big f*');
  }, 30_000);

  it('ends output of a gigabyte, in fixed memory', async () => {
    const before = process.memoryUsage().rss;
    const result = await run('head -c 1000000000 /dev/zero | tr "\\0" x', { limits: { outputBytes: 4 * MB }, keepBytes: 1_000 });
    expect(result).toMatchObject({ ended: 'output', exitCode: null });
    expect(result.output.length).toBeLessThan(2_200);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MB);
  }, 20_000);

  it('ends what takes too much memory or time, or waits for input', async () => {
    const hog = (bytes: number): string => `x=$(head -c ${bytes} /dev/zero | tr "\\0" a); echo \${#x}; sleep 5`;
    const one = await run(hog(300_000_000), { limits: { memoryBytes: 64 * MB } });
    expect(one.exitCode).not.toBe(0);
    expect(one.output).not.toContain('300000000');
    const many = await run(`${Array.from({ length: 6 }, () => `(${hog(20_000_000)}) &`).join(' ')} wait`, { limits: { memoryBytes: 64 * MB } });
    expect(many).toMatchObject({ ended: 'memory', exitCode: null });
    expect(await run('sleep 60', { limits: { timeMs: 300 } })).toMatchObject({ ended: 'time', exitCode: null });
    expect((await run('read line && echo got || echo nothing')).output).toBe('nothing\n');
  }, 20_000);

  it('leaves no process behind', async () => {
    const result = await run('(setsid sh -c "sleep 2; echo late > late" >/dev/null 2>&1 &) ; nohup sh -c "sleep 2; echo late > late" >/dev/null 2>&1 & echo started');
    expect(result.output).toBe('started\n');
    expect(result.ms).toBeLessThan(1_900);
    await run('sleep 2.5');
    expect(existsSync(join(tree, 'late'))).toBe(false);
  }, 20_000);

  it('ends when it is cancelled', async () => {
    const stop = new AbortController();
    const running = run('echo begun > begun; sleep 60', { signal: stop.signal });
    while (!existsSync(join(tree, 'begun'))) await run('true');
    stop.abort();
    expect(await running).toMatchObject({ ended: 'cancelled', exitCode: null });
  }, 20_000);

  it('is refused, with the reason, where there is no sandbox', async () => {
    const none = createSandbox({ executables: { bwrap: null } });
    await expect(none.run({ command: 'true', tree })).rejects.toMatchObject({ code: 'sandbox_unavailable', message: expect.stringContaining('bubblewrap') });
    const broken = createSandbox({ executables: { bwrap: '/bin/false-bwrap' } });
    await expect(broken.run({ command: 'true', tree })).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  });
});
