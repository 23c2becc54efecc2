import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as pins from '../../libs/platform/src/stack/setup/pins.ts';
import { asking, lockedPackages } from './licences.mjs';
import { sbom } from './sbom.mjs';

const ROOT = join(import.meta.dirname, '..', '..');

describe('what Holdfast is made of', () => {
  it('asks for no more than a notice', () => expect(asking()).toEqual([]));

  it('would be found if it asked for more', () => {
    const made = (licence, more = {}) => ({ name: 'x', version: '1.0.0', licence, dev: false, ...more });
    expect([made('AGPL-3.0'), made(''), made('MIT OR GPL-3.0'), made('MPL-2.0'), made('MPL-2.0', { name: 'axe-core', dev: true }), made('(MIT AND Zlib)')].map((one) => asking([one]).length)).toEqual([1, 1, 1, 1, 0, 0]);
  });

  it('stands in the notices, package by package', () => {
    const notices = readFileSync(join(ROOT, 'THIRD_PARTY_NOTICES.md'), 'utf8');
    expect(lockedPackages().filter(({ name }) => !notices.includes(name)).map(({ name }) => name)).toEqual([]);
  });

  describe('as CycloneDX', () => {
    let made;
    beforeAll(() => void (made = sbom()));
    const refs = () => new Set(made.components.map((c) => `${c.name}@${c.version}`));

    it('has every package of the lock file, with its licence and its hash', () => {
      expect([made.bomFormat, made.specVersion, made.metadata.component.name]).toEqual(['CycloneDX', '1.5', 'holdfast']);
      expect(lockedPackages().filter(({ name, version }) => !refs().has(`${name}@${version}`))).toEqual([]);
      const npm = made.components.filter((c) => c.purl.startsWith('pkg:npm/'));
      expect(npm.filter((c) => !c.licenses?.[0] || !c.hashes?.length).map((c) => c.name)).toEqual([]);
    });

    it('has everything that set-up fetches, with its hash', () => {
      const pinned = [pins.POSTGRES, pins.TEMPORAL_CLI, pins.TEMPORAL_TEST_SERVER, ...pins.GEMMA_PARTS, pins.MINILM];
      expect(pinned.filter((p) => !refs().has(`${p.name}@${p.version}`))).toEqual([]);
      expect(refs().has('schemathesis@4.32.5')).toBe(true);
      expect(made.components.filter((c) => c.purl.startsWith('pkg:pypi/') && !c.hashes?.length)).toEqual([]);
      const all = made.components.map((c) => c['bom-ref']);
      expect(new Set(all).size).toBe(all.length);
    });
  });
});
