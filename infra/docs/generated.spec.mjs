import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '#contracts';
import { REMEDIES } from './error-remedies.mjs';
import { generatedFiles } from './generated.mjs';
import { between, table } from './markers.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const PAGES = ['README.md', 'CONTRIBUTING.md', 'THIRD_PARTY_NOTICES.md', 'docs/architecture.md', 'docs/run.md', 'docs/errors.md', 'docs/security.md'];
/** Licences that ask for no more than a notice. */
const FREE = /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|Python-2\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|WTFPL|Zlib)$/;
/** Tools that are run and not shipped, under a licence that asks for changes of their own files to be shown: there are none. */
const TOOLS = /^(axe-core|@axe-core\/playwright|lightningcss(-[\w-]+)?)$/;
/** Packages whose package.json names no licence in a form that npm records: read in their LICENSE files. */
const READ_BY_HAND = { busboy: 'MIT', streamsearch: 'MIT', 'png-js': 'MIT', unionfs: 'Unlicense' };

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

  it('rests on packages whose licences ask for no more than a notice', () => {
    const { packages } = JSON.parse(read('package-lock.json'));
    const tool = (path, entry) => entry.dev === true && entry.license === 'MPL-2.0' && TOOLS.test(path.split('node_modules/').at(-1));
    const licences = Object.entries(packages).filter(([path, entry]) => path !== '' && !tool(path, entry)).map(([path, entry]) => [path.split('node_modules/').at(-1), entry.license]);
    const asking = licences.filter(([name, licence]) => !(licence ?? READ_BY_HAND[name] ?? '').replace(/[()]/g, '').split(/ AND | OR /).every((one) => FREE.test(one)));
    expect(asking).toEqual([]);
  });
});

describe('markers', () => {
  it('keep what stands outside them', () => {
    expect(between('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new')).toBe('a\n<!-- x -->\nnew\n<!-- /x -->\nb');
    expect(() => between('a', 'x', 'new')).toThrow('missing');
  });

  it('escape bars in tables', () => expect(table(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |'));
});
