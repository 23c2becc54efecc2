import { describe, expect, it } from '@jest/globals';
import { BLOCK, PromptCache } from './prompt-cache.js';

const tokens = (count: number, last = 0): Int32Array => Int32Array.from({ length: count }, (_, i) => (i === count - 1 ? last : i));

describe('PromptCache', () => {
  it('reuses whole blocks only', () => {
    const cache = new PromptCache();
    cache.holds(tokens(3 * BLOCK));
    expect(cache.reusable(tokens(3 * BLOCK - 5, -1))).toBe(2 * BLOCK);
  });

  it('always leaves the last token to be evaluated', () => {
    const cache = new PromptCache();
    cache.holds(tokens(BLOCK));
    expect(cache.reusable(tokens(BLOCK))).toBe(0);
    cache.holds(tokens(BLOCK + 1));
    expect(cache.reusable(tokens(BLOCK + 1))).toBe(BLOCK);
  });

  it('reuses nothing after it was cleared', () => {
    const cache = new PromptCache();
    cache.holds(tokens(2 * BLOCK));
    expect(cache.reusable(tokens(2 * BLOCK))).toBe(BLOCK);
    cache.clear();
    expect(cache.reusable(tokens(2 * BLOCK))).toBe(0);
  });
});
