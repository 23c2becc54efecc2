import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgentImplementation } from '#activities';
import { placeIn } from '#workspace';
import type { CodingState } from '../contract.js';
import { agentIn, playRun } from '../testing/play.js';

/** What installs dependencies: a registry on loopback stands for those of the world. */
describe('the setup step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-setup-'));
  const repo = join(folder, 'repo');
  const asked: string[] = [];
  let registry: Server;
  let host: string;
  let agent: AgentImplementation;
  let install: string;

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(repo);
    writeFileSync(join(repo, 'lock.txt'), 'as it was\n');
    const git = (...args: string[]): Buffer => execFileSync('git', ['-C', repo, '-c', 'user.name=u', '-c', 'user.email=u@localhost', ...args]);
    for (const args of [['init', '-q'], ['add', '-A'], ['commit', '-q', '-m', 'first']]) git(...args);
    registry = createServer((req, res) => {
      asked.push(req.url!);
      res.end('exports.dependency = 7;\n');
    });
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    agent = agentIn(folder, { setupHosts: [host] });
    // The repository does not ignore what is installed, and the lock file changes by it.
    install = `NODE_USE_ENV_PROXY=1 node -e "fetch('http://${host}/dep.js').then(r=>r.text()).then(t=>{const f=require('fs');f.mkdirSync('node_modules/dep',{recursive:true});f.writeFileSync('node_modules/dep/index.js',t);f.writeFileSync('lock.txt','changed')})"`;
  });
  afterAll(() => {
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (id: string, more: Record<string, unknown> = {}, given?: CodingState) => playRun(agent, id, { repo, task: 'use the dependency', setup: install, ...more }, given);

  it('asks, reaches the configured host once, and leaves what it made to be read only', async () => {
    const r = run('whole');
    const plan = await agent.prepareTurn(r.turn());
    expect([plan.tools!.map((t) => t.name).includes('setup'), plan.turn[0]!.content.includes('First call setup')]).toEqual([true, true]);
    expect(await r.asks('setup')).toEqual({ detail: { why: [expect.stringContaining('network')], hosts: [host], command: install } });
    const done = await r.call('setup');
    expect([done.error, done.content]).toEqual([undefined, expect.stringContaining('node_modules')]);
    expect(asked).toEqual(['/dep.js']);
    expect(await r.asks('setup')).toBeNull();
    expect((await r.call('setup')).content).toContain('run once');
    // The sandbox is closed again.
    expect((await r.call('run', { command: `NODE_USE_ENV_PROXY=1 node -e "fetch('http://${host}/more.js').then(()=>console.log('reached'),()=>console.log('closed'))"` })).content).toContain('closed');
    expect((await r.call('run', { command: 'node -p "require(\'dep\').dependency"; echo x > node_modules/dep/index.js; rm -rf node_modules/dep; cat lock.txt' })).content).toMatch(/7\n[^]*Read-only[^]*as it was/);
    await r.call('write', { path: 'used.js', content: "require('dep');\n" });
    const { finish } = await r.call('finish', { status: 'fixed', summary: 's' });
    expect(finish!.result).toMatchObject({ files: [{ path: 'used.js' }] });
    expect(asked).toHaveLength(1);
    const fork = run('fork', {}, r.state());
    expect((await fork.call('run', { command: 'node -p "require(\'dep\').dependency"; ls used.js' })).content).toContain('7\nused.js');
  }, 60_000);

  it('reaches no other host, and no server of this machine but by the way it is given', async () => {
    const other = createServer((_, res) => res.end('private'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const r = run('closed', { setup: `NODE_USE_ENV_PROXY=1 node -e "fetch('http://127.0.0.1:${port}/').then(r=>r.text()).then(console.log)"; node -e "fetch('http://${host}/direct').then(()=>console.log('direct'),()=>console.log('no way'))"; exit 1` });
    const { content, error } = await r.call('setup');
    other.close();
    expect(error).toBe('agent');
    expect(content).toContain(`not configured and were not reached: 127.0.0.1:${port}`);
    expect(content).toContain('no way');
    expect(content).not.toContain('private');
    expect(asked).not.toContain('/direct');
  }, 60_000);

  it('removes what a setup that failed has made, and may be tried again', async () => {
    const r = run('again', { setup: 'mkdir -p node_modules/half && touch node_modules/half/x && exit 4' });
    expect((await r.call('setup')).content).toContain('exit code 4; what it made was removed');
    expect(existsSync(join(placeIn(join(folder, 'workspaces', 'again')).tree, 'node_modules'))).toBe(false);
    expect((await r.call('setup', { command: install })).error).toBeUndefined();
  }, 60_000);

  it('runs nothing that the agent wrote, and nothing where no host is configured', async () => {
    const r = run('late');
    await r.call('write', { path: 'install.js', content: 'x' });
    expect((await r.call('setup', { command: 'node install.js' })).content).toContain('changed already');
    const none = agentIn(folder);
    const without = playRun(none, 'none', { repo, task: 't' });
    expect((await none.prepareTurn(without.turn())).tools!.map((t) => t.name)).not.toContain('setup');
    expect((await without.call('setup', { command: 'true' })).content).toContain('No host is configured');
  }, 60_000);

  it('shows nothing of the host where a command puts a link in the place of what was installed', async () => {
    writeFileSync(join(folder, 'secret'), 'the secret');
    const r = run('link', { setup: 'mkdir -p a/deps && touch a/deps/x && mkdir b' });
    await r.call('setup');
    await r.call('run', { command: `mv a c; mkdir a; ln -s ${folder} a/deps; rm -rf b` });
    const { tree } = placeIn(join(folder, 'workspaces', 'link'));
    // However the link came to be there.
    rmSync(join(tree, 'a'), { recursive: true, force: true });
    symlinkSync(folder, join(tree, 'a'));
    mkdirSync(join(folder, 'deps'), { recursive: true });
    writeFileSync(join(folder, 'deps', 'secret'), 'the secret');
    const { content } = await r.call('run', { command: 'cat a/deps/secret a/secret; ls -R . | head -20' });
    expect(content).not.toContain('the secret');
    expect(readFileSync(join(folder, 'deps', 'secret'), 'utf8')).toBe('the secret');
  }, 60_000);
});
