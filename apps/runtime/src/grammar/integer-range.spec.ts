import { describe, expect, it } from '@jest/globals';
import { integerRange } from './integer-range.js';

/** The range's sequences use only what GBNF and regular expressions share, but for quotes and spaces. */
const accepts = (gbnf: string): RegExp => new RegExp(`^(?:${gbnf.replace(/["\s]/g, '')})$`);

describe('integerRange', () => {
  it.each([
    [0, 0],
    [0, 9],
    [1, 250],
    [7, 8],
    [95, 1005],
    [-20, 13],
    [-105, -7],
    [-1, 0],
    [99, 100],
  ])('stands for exactly the numbers from %i to %i', (low, high) => {
    const pattern = accepts(integerRange(low, high));
    const wrong = Array.from({ length: 2401 }, (_, i) => i - 1200).filter((n) => pattern.test(String(n)) !== (n >= low && n <= high));
    expect(wrong).toEqual([]);
  });

  it('takes the bounds that zod writes for an integer', () => {
    const pattern = accepts(integerRange(-9007199254740991, 9007199254740991));
    expect(['0', '-1', '123456789012345'].every((text) => pattern.test(text))).toBe(true);
    expect(['01', '-0', '1.5', ''].some((text) => pattern.test(text))).toBe(false);
  });
});
