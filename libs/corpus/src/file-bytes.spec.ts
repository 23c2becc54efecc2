import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IngestionFile, Pool } from '#store';
import { fileBytes } from './file-bytes.js';

const CORPUS = { tenantId: 't', corpusId: 'c' };

describe('a file on the server’s disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-bytes-')));
    mkdirSync(join(folder, 'allowed/deep'), { recursive: true });
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'allowed/deep/a.txt'), 'fine');
    writeFileSync(join(folder, 'outside/a.txt'), 'secret');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (): Promise<Buffer> => fileBytes({} as Pool, CORPUS, { path: join(folder, 'allowed/deep/a.txt') } as IngestionFile, 100);

  it('is read', async () => expect((await read()).toString()).toBe('fine'));

  it('is not read through a link that took its place, nor that of a folder above it', async () => {
    rmSync(join(folder, 'allowed/deep/a.txt'));
    symlinkSync(join(folder, 'outside/a.txt'), join(folder, 'allowed/deep/a.txt'));
    await expect(read()).rejects.toMatchObject({ code: 'file_unreadable' });
    renameSync(join(folder, 'allowed/deep'), join(folder, 'allowed/away'));
    symlinkSync(join(folder, 'outside'), join(folder, 'allowed/deep'));
    await expect(read()).rejects.toMatchObject({ code: 'file_unreadable' });
  });
});
