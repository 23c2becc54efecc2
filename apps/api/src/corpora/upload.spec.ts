import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileName, sweepUploads } from './upload.interceptor.js';

describe('fileName', () => {
  it.each([
    ['a.pdf', 'a.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\docs\\b.txt', 'b.txt'],
    ['a\nb\0.md', 'ab.md'],
    ['', 'unnamed'],
    ['..', '..'],
  ])('reads %j as %j', (original, name) => {
    expect(fileName(original)).toBe(name);
  });

  it('keeps it short', () => {
    expect(fileName('x'.repeat(1_000))).toHaveLength(255);
  });
});

describe('sweepUploads', () => {
  it('removes what was left behind, and nothing that may be in use', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-uploads-'));
    await sweepUploads(dataDir, Date.now());
    const folder = join(dataDir, 'uploads/one');
    mkdirSync(folder, { recursive: true });
    await sweepUploads(dataDir, Date.now());
    expect(existsSync(folder)).toBe(true);
    await sweepUploads(dataDir, Date.now() + 25 * 3_600_000);
    expect(existsSync(folder)).toBe(false);
    rmSync(dataDir, { recursive: true });
  });
});
