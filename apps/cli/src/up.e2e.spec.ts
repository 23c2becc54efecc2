import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '#platform';

const START_MS = 180_000;

interface Started {
  readonly child: ChildProcess;
  output(): string;
}

describe('holdfast up', () => {
  let dataDir: string;
  const children: ChildProcess[] = [];
  beforeAll(() => void (dataDir = mkdtempSync(join(tmpdir(), 'holdfast-up-'))));
  afterEach(() => children.forEach((child) => child.kill('SIGKILL')));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  /** Through the bootstrap, as npm does it, so that signals take the same way. */
  function up(...args: string[]): Started {
    const child = spawn(process.execPath, ['infra/bootstrap/main.mjs', 'up', '--data', dataDir, ...args], { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return { child, output: () => text };
  }

  async function said(started: Started, pattern: RegExp): Promise<RegExpExecArray> {
    for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(100)) {
      const match = pattern.exec(started.output());
      if (match) return match;
      if (started.child.exitCode !== null) break;
    }
    throw new Error(`"${pattern.source}" was not said:\n${started.output()}`);
  }

  const parts = (): number[] =>
    readdirSync(join(dataDir, 'run/processes'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => (JSON.parse(readFileSync(join(dataDir, 'run/processes', file), 'utf8')) as { pid: number }).pid);
  const lives = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('starts all parts, refuses a second stack over its folder, and stops cleanly on SIGTERM', async () => {
    const stack = up('--port', '0');
    const [, api] = await said(stack, /holdfast ready: API (http:\S+?),/);
    expect((await fetch(`${api!}/readyz`)).status).toBe(200);
    const pids = parts();
    expect(pids.length).toBeGreaterThanOrEqual(4);

    const second = up('--port', '0');
    const exit = once(second.child, 'exit');
    await said(second, /is in use by process \d+.*--data DIR/);
    expect(await exit).toEqual([1, null]);

    const stopped = once(stack.child, 'exit');
    stack.child.kill('SIGTERM');
    expect(await stopped).toEqual([0, null]);
    expect(pids.filter(lives)).toEqual([]);
    expect(parts()).toEqual([]);
  }, 2 * START_MS);

  it('leaves nothing running when its supervisor is killed, and starts again over the same folder', async () => {
    const stack = up('--port', '0');
    await said(stack, /holdfast ready/);
    const pids = parts();
    const supervisor = (JSON.parse(readFileSync(join(dataDir, 'run/supervisor.json'), 'utf8')) as { pid: number }).pid;
    process.kill(supervisor, 'SIGKILL');
    for (const deadline = Date.now() + 60_000; pids.some(lives) && Date.now() < deadline; ) await sleep(200);
    expect(pids.filter(lives)).toEqual([]);

    const again = up('--port', '0');
    await said(again, /holdfast ready/);
    const stopped = once(again.child, 'exit');
    again.child.kill('SIGINT');
    expect(await stopped).toEqual([0, null]);
  }, 3 * START_MS);

  it('names a taken port and the option that changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    try {
      const stack = up('--port', String(port));
      const exit = once(stack.child, 'exit');
      await said(stack, new RegExp(`Port ${port} for the API is taken.*--port`));
      expect(await exit).toEqual([1, null]);
    } finally {
      server.close();
    }
  }, START_MS);

  it('says which setting is wrong', async () => {
    const child = spawn(process.execPath, ['infra/bootstrap/main.mjs', 'up', '--data', dataDir], { cwd: PROJECT_ROOT, env: { ...process.env, HOLDFAST_HOST: '0.0.0.0' }, stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(text).toContain('HOLDFAST_HOST');
    expect(text).not.toContain('    at ');
  }, START_MS);
});
