import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isInstalled } from './dependencies.mjs';
import { fingerprint, listFiles } from './fingerprint.mjs';
import { installOnce } from './install-once.mjs';
import { isAtLeast } from './node-version.mjs';
import { processIdentity } from './process-identity.mjs';
import { withLock } from './with-lock.mjs';

let folder;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'holdfast-bootstrap-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('processIdentity', () => {
  it('stays the same for a process and ends with it', async () => {
    const child = spawn('sleep', ['30']);
    await once(child, 'spawn');
    const identity = processIdentity(child.pid);
    expect(identity).toBeDefined();
    expect(processIdentity(child.pid)).toBe(identity);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processIdentity(child.pid)).toBeUndefined();
  });
});

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const order = [];
    const enter = (name) => withLock(join(folder, 'lock'), async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} out`);
    });
    await Promise.all([enter('a'), enter('b')]);
    expect(order).toEqual(order[0] === 'a in' ? ['a in', 'a out', 'b in', 'b out'] : ['b in', 'b out', 'a in', 'a out']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from an owner that is gone, or whose number another process has now', async () => {
    for (const owner of [{ pid: 2 ** 22, identity: 'gone' }, { pid: process.pid, identity: 'an earlier process' }]) {
      writeFileSync(join(folder, 'lock'), JSON.stringify(owner));
      expect(await withLock(join(folder, 'lock'), () => 'in')).toBe('in');
    }
  });

  it('is free again after an error', async () => {
    await expect(withLock(join(folder, 'lock'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(join(folder, 'lock'), () => 'in')).toBe('in');
  });
});

describe('installOnce', () => {
  it('makes the target whole or not at all, and clears what an interrupted attempt left', async () => {
    const target = join(folder, 'tool');
    mkdirSync(`${target}.partial-1`);
    await expect(installOnce(target, (partial) => {
      writeFileSync(partial, 'half');
      throw new Error('interrupted');
    })).rejects.toThrow('interrupted');
    expect(existsSync(target)).toBe(false);
    await installOnce(target, (partial) => writeFileSync(partial, 'whole'));
    expect(readFileSync(target, 'utf8')).toBe('whole');
    expect(readdirSync(folder)).toEqual(['tool']);
  });

  it('does the work once for two that want it', async () => {
    let times = 0;
    const make = async (partial) => {
      times += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      writeFileSync(partial, '');
    };
    await Promise.all([installOnce(join(folder, 'tool'), make), installOnce(join(folder, 'tool'), make)]);
    expect(times).toBe(1);
  });
});

describe('isAtLeast', () => {
  it.each([['20.20.2', [22, 15], false], ['22.14.0', [22, 15], false], ['22.15.0', [22, 15], true], ['24.0.0', [22, 15], true]])('%s, %j: %s', (version, wanted, expected) => {
    expect(isAtLeast(version, wanted)).toBe(expected);
  });
});

describe('isInstalled', () => {
  const lock = (file, packages) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify({ packages }));
  };
  const wanted = { '': { name: 'p' }, 'node_modules/a': { version: '1.0.0', integrity: 'x' }, 'node_modules/b': { version: '2.0.0', integrity: 'y', optional: true } };

  it('is not, without node_modules or after an interrupted install', () => {
    lock('package-lock.json', wanted);
    expect(isInstalled(folder)).toBe(false);
  });

  it('is, with or without an optional package', () => {
    lock('package-lock.json', wanted);
    lock('node_modules/.package-lock.json', { 'node_modules/a': wanted['node_modules/a'] });
    expect(isInstalled(folder)).toBe(true);
  });

  it('is not, after the lock file changed', () => {
    lock('node_modules/.package-lock.json', { 'node_modules/a': wanted['node_modules/a'] });
    lock('package-lock.json', { ...wanted, 'node_modules/a': { version: '1.0.1', integrity: 'z' } });
    expect(isInstalled(folder)).toBe(false);
    lock('package-lock.json', { ...wanted, 'node_modules/c': { version: '1.0.0', integrity: 'z' } });
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('fingerprint', () => {
  it('changes with contents and names, and skips what is made', () => {
    mkdirSync(join(folder, 'src/node_modules'), { recursive: true });
    writeFileSync(join(folder, 'src/a.ts'), '1');
    writeFileSync(join(folder, 'src/node_modules/b.ts'), '1');
    const take = () => fingerprint(folder, listFiles(folder, ['src', 'absent']));
    expect(listFiles(folder, ['src', 'absent'])).toEqual(['src/a.ts']);
    const first = take();
    writeFileSync(join(folder, 'src/a.ts'), '2');
    expect(take()).not.toBe(first);
  });
});
