import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Licences that ask for no more than a notice. */
const FREE = /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|Python-2\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|WTFPL|Zlib)$/;
/** Tools that are run and not shipped, under a licence that asks for changes of their own files to be shown: there are none. */
const TOOLS = /^(axe-core|@axe-core\/playwright|lightningcss(-[\w-]+)?)$/;
/** Packages whose package.json names no licence in a form that npm records: read in their LICENSE files. */
const READ_BY_HAND = { busboy: 'MIT', streamsearch: 'MIT', 'png-js': 'MIT', unionfs: 'Unlicense' };

/** Every npm package of the lock file, once a version: name, version, hash, licence, and whether it is only there to build and test. */
export function lockedPackages() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const found = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    const name = entry.name ?? path.split('node_modules/').at(-1);
    const known = found.get(`${name}@${entry.version}`);
    found.set(`${name}@${entry.version}`, { name, version: entry.version, integrity: entry.integrity, licence: entry.license ?? READ_BY_HAND[name] ?? '', dev: Boolean(entry.dev ?? entry.devOptional) && (known?.dev ?? true) });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Packages whose licence asks for more than a notice. */
export function asking(packages = lockedPackages()) {
  const free = (licence) => licence.replace(/[()]/g, '').split(/ AND | OR /).every((one) => FREE.test(one));
  return packages.filter(({ name, licence, dev }) => !free(licence) && !(dev && licence === 'MPL-2.0' && TOOLS.test(name)));
}
