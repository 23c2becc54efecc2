import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateTokens, leastTokens } from './tokens.js';

describe('token estimates', () => {
  // Real counts with Gemma's tokenizer are lower: about 1.25 tokens a word of English prose.
  it.each([
    ['The patient was given 5 mg of warfarin on the second day.', 13, 20],
    ['', 0, 0],
    ['   ', 1, 1],
    ['{"query":"warfarin dose","limit":10}', 10, 20],
    ['Donaudampfschifffahrtsgesellschaft', 6, 12],
    ['日本語の文章', 6, 6],
    ['1234567890', 10, 10],
  ])('%j takes between %d and %d', (text, low, high) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(low);
    expect(estimateTokens(text)).toBeLessThanOrEqual(high);
  });

  it('never falls below what the text takes at the least', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => estimateTokens(text) >= leastTokens(text)));
  });

  it('grows with the text', () => {
    fc.assert(fc.property(fc.lorem({ maxCount: 20 }), fc.lorem({ maxCount: 5 }), (a, b) => estimateTokens(`${a} ${b}`) >= estimateTokens(a)));
  });
});
