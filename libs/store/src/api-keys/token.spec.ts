import { describe, expect, it } from '@jest/globals';
import { hashOfKey, mintKey, refOfKey } from './token.js';

const REF = { tenantId: '00000000-0000-7000-8000-000000000001', keyId: '019a0000-1234-7abc-8def-0123456789ab' };

describe('an API key', () => {
  it('says where its row is, and no two are the same', () => {
    const [one, two] = [mintKey(REF), mintKey(REF)];
    expect(refOfKey(one)).toEqual(REF);
    expect(one).not.toBe(two);
    expect(hashOfKey(one).equals(hashOfKey(two))).toBe(false);
    expect(hashOfKey(one).equals(hashOfKey(one))).toBe(true);
  });

  it.each(['', 'hf_', `hf_${'A'.repeat(85)}`, `hf_${'A'.repeat(87)}`, `hf_${'!'.repeat(86)}`, mintKey(REF).slice(3)])('is not %p', (text) => expect(refOfKey(text)).toBeNull());
});
