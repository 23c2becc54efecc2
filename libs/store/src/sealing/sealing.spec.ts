import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { contentHash } from '../contents.js';
import { FolderRunKeys, localMasterKey } from './run-keys.js';
import { createRunKey, destroyRunKey, keyedWords, openBody, openWords, sealBody, sealedWith, sealWords, useRunKeys } from './seal.js';

describe('sealing', () => {
  let folder: string;
  const byId = new Map([['old', randomBytes(32)], ['new', randomBytes(32)]]);
  const keys = (active: string, known = byId) => new FolderRunKeys(folder, () => localMasterKey({ active, byId: known }));
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'));
    useRunKeys(keys('old'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('opens what it sealed, under a run’s own key, and nothing once that is gone', async () => {
    const [id, other] = [uuidv7(), uuidv7()];
    const [key, key2] = [await createRunKey(id), await createRunKey(other)];
    const sealed = sealedWith(key, () => sealBody('left knee'));
    expect(sealed).toMatchObject({ enc: 1, key_id: id });
    expect(Buffer.from(sealed.body, 'base64').toString('latin1')).not.toContain('knee');
    expect(await openBody(sealed)).toBe('left knee');
    await expect(openBody({ ...sealed, key_id: other })).rejects.toThrow();
    const words = sealedWith(key, () => sealWords('said so'));
    expect([words === 'said so', await openWords(words), await openWords('said so')]).toEqual([false, 'said so', 'said so']);
    const address = (k: typeof key | null) => sealedWith(k, () => contentHash('t', 'left knee').toString('hex'));
    expect(new Set([address(key), address(key2), address(null)]).size).toBe(3);
    expect(address(key)).toBe(address(key));
    await destroyRunKey(id);
    await expect(openBody(sealed)).rejects.toMatchObject({ code: 'key_missing' });
  });

  it('writes nothing sealed outside a run', () => {
    expect(sealBody('plain')).toEqual({ body: 'plain', enc: 0, key_id: null });
    expect(keyedWords('left knee')).toBe('left knee');
  });

  it('keeps what words have in common, and no word', async () => {
    const key = await createRunKey(uuidv7());
    const [a, b] = sealedWith(key, () => [keyedWords('left knee, LEFT hip'), keyedWords('knee')]);
    const [left, knee, again] = a!.split(/[ ,]+/);
    expect([left === again, knee === b, /knee|left/i.test(a!)]).toEqual([true, true, false]);
  });

  it('wraps its keys anew, so that an old master key can go', async () => {
    const id = uuidv7();
    const key = await keys('old').create(id);
    expect(readFileSync(join(folder, `${id}.key`), 'utf8')).not.toContain(key.seal.toString('base64'));
    expect(await keys('new').rewrap()).toBeGreaterThan(0);
    const only = new Map([['new', byId.get('new')!]]);
    expect((await keys('new', only).open(id))!.seal).toEqual(key.seal);
    await expect(keys('old', new Map([['old', byId.get('old')!]])).open(id)).rejects.toMatchObject({ code: 'key_missing' });
  });
});
