import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '#contracts';
import { REMEDIES } from './error-remedies.mjs';
import { generatedFiles } from './generated.mjs';
import { between, table } from './markers.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const PAGES = ['README.md', 'CONTRIBUTING.md', 'THIRD_PARTY_NOTICES.md', 'docs/architecture.md', 'docs/run.md', 'docs/errors.md', 'docs/security.md', 'docs/threat-model.md', 'docs/observability.md', 'docs/mcp.md', 'docs/client.md'];
describe('the documentation', () => {
  it.each(generatedFiles())('$file is what the code says; `npm run docs` writes it', ({ file, text }) => {
    expect(read(file)).toBe(text);
  });

  it('says what to do about every error code, and about no other', () => {
    expect(Object.keys(REMEDIES).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it.each(PAGES)('%s links to what is there', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target.split('#')[0]).filter((target) => target && !/^https?:/.test(target));
    expect(targets.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });

  it.each(PAGES)('%s names npm scripts that are there', (page) => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(page).matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('markers', () => {
  it('keep what stands outside them', () => {
    expect(between('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new')).toBe('a\n<!-- x -->\nnew\n<!-- /x -->\nb');
    expect(() => between('a', 'x', 'new')).toThrow('missing');
  });

  it('escape bars in tables', () => expect(table(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |'));
});
