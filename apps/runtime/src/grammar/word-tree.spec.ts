import { describe, expect, it } from '@jest/globals';
import { wordTree } from './word-tree.js';

/** For words of letters and digits the tree is a regular expression, but for quotes and spaces. */
const accepts = (gbnf: string): RegExp => new RegExp(`^(?:${gbnf.replace(/["\s]/g, '')})$`);

describe('wordTree', () => {
  it('stands for exactly its words', () => {
    const words = ['p1', 'p10', 'p2', 'passage', 'pass', 'x', ...Array.from({ length: 300 }, (_, i) => `id${i * 7}`)];
    const pattern = accepts(wordTree(words));
    expect(words.filter((word) => !pattern.test(word))).toEqual([]);
    const others = ['p', 'p3', 'pas', 'passages', '', 'xx', ...Array.from({ length: 2100 }, (_, i) => `id${i}`).filter((id) => !words.includes(id))];
    expect(others.filter((word) => pattern.test(word))).toEqual([]);
  });

  it('writes what words share once', () => {
    expect(wordTree(['"p1"', '"p2"'])).toBe('"\\"p" ("1\\"" | "2\\"")');
  });

  it('does not split a character of two code units', () => {
    expect(wordTree(['😀', '😁'])).toBe('"😀" | "😁"');
    expect(wordTree(['a😀', 'a😁'])).toBe('"a" ("😀" | "😁")');
  });
});
