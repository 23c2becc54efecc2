import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HoldfastError } from '#contracts';
import { InvalidRequest } from '../http/invalid-request.js';
import { serverFiles } from './server-files.js';

describe('serverFiles', () => {
  let root: string;
  let allowed: string;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-files-')));
    allowed = join(root, 'allowed');
    mkdirSync(join(allowed, 'deep'), { recursive: true });
    mkdirSync(join(allowed, '.hidden'));
    mkdirSync(join(allowed, 'none'));
    mkdirSync(join(root, 'allowed-not'));
    for (const name of ['allowed/b.PDF', 'allowed/a.md', 'allowed/deep/c.txt', 'allowed/deep/d.exe', 'allowed/.hidden/e.txt', 'secret.txt', 'allowed-not/f.txt']) writeFileSync(join(root, name), 'x');
    symlinkSync(join(root, 'secret.txt'), join(allowed, 'link.txt'));
    symlinkSync(join(allowed, 'a.md'), join(allowed, 'same.md'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const codeOf = (path: string): Promise<string> => serverFiles(path, [allowed]).then(() => 'given', (error: HoldfastError) => error.code);

  it('gives a folder’s readable files in order, without hidden ones and links that lead out', async () => {
    expect(await serverFiles(allowed, ['/no/such/folder', allowed])).toEqual([
      { name: 'a.md', path: join(allowed, 'a.md') },
      { name: 'b.PDF', path: join(allowed, 'b.PDF') },
      { name: 'deep/c.txt', path: join(allowed, 'deep/c.txt') },
      { name: 'same.md', path: join(allowed, 'a.md') },
    ]);
  });

  it('gives a single file, whatever its ending', async () => {
    expect(await serverFiles(join(allowed, 'deep/d.exe'), [allowed])).toEqual([{ name: 'd.exe', path: join(allowed, 'deep/d.exe') }]);
  });

  it('answers alike for what is outside and what is not there', async () => {
    const paths = [join(root, 'secret.txt'), join(allowed, '../secret.txt'), join(allowed, 'link.txt'), join(root, 'allowed-not/f.txt'), join(root, 'gone.txt'), join(allowed, 'gone/away.txt'), '/gone/too', '/'];
    expect(await Promise.all(paths.map(codeOf))).toEqual(paths.map(() => 'path_not_allowed'));
  });

  it('says of a folder that it holds nothing readable', async () => {
    await expect(serverFiles(join(allowed, 'none'), [allowed])).rejects.toThrow(InvalidRequest);
  });
});
