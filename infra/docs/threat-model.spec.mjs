import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
const section = page.slice(page.indexOf('## Boundaries'), page.indexOf('## What is left'));
const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Boundary|---)/.test(line)).map((line) => line.split(' | '));
const testsOf = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, file]) => file);

describe('the threat model', () => {
  it('names boundaries', () => expect(rows.length).toBeGreaterThan(25));

  it.each(rows.map(([boundary, , tests]) => [boundary.replace('| ', ''), tests]))('%s: is held by tests that are there', (_boundary, tests) => {
    const files = testsOf(tests ?? '');
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect([file, /\.spec\.(ts|mjs)$/.test(file) && existsSync(join(ROOT, file))]).toEqual([file, true]);
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/\bit(\.each|\.\w+)?\(|\bsuite\(/);
    }
  });
});
