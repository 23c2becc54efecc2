import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonical, normaliseResult } from './canonical.js';
import { digestTurn } from './digest.js';
import { hash64 } from './hash.js';
import { containment, overlap, sketch } from './sketch.js';

const vocabulary = Array.from({ length: 400 }, (_, i) => `word${i}`);
const run = (from: number, to: number): string => vocabulary.slice(from, to).join(' ');

describe('canonical', () => {
  it('is one text for what means the same', () => {
    expect(canonical({ b: [1, { y: 'a  b\n', x: null }], a: undefined })).toBe(canonical({ b: [1, { x: null, y: ' a b' }] }));
    expect(canonical({ a: 1 })).not.toBe(canonical({ a: '1' }));
    expect(canonical(undefined)).toBe('null');
  });

  it('does not depend on the order of keys', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => canonical(value) === canonical(Object.fromEntries(Object.entries(value).reverse()))));
  });

  it('leaves numbers that mean something in a result', () => {
    expect(normaliseResult('12 of 40 tests failed')).toBe('12 of 40 tests failed');
    expect(normaliseResult('pid 123 at 0x7ffeabc123, 10:15:00')).toBe(normaliseResult('pid 77 at 0x7ffe000000, 11:16:01'));
  });
});

describe('hash64', () => {
  it('tells texts apart and stays the same', () => {
    const hashes = new Set(Array.from({ length: 50_000 }, (_, i) => hash64(`text ${i}`)));
    expect(hashes.size).toBe(50_000);
    expect(hash64('')).toMatch(/^[0-9a-f]{16}$/);
    expect(hash64('stored digests are compared with new ones')).toBe(hash64('stored digests are compared with new ones'));
  });
});

describe('sketch', () => {
  it('estimates what two texts have in common', () => {
    const whole = sketch(run(0, 200), 32, 3);
    expect(overlap(whole, whole)).toBe(1);
    expect(overlap(whole, sketch(run(200, 400), 32, 3))).toBeLessThan(0.1);
    // 100 of 300 words in common.
    expect(overlap(whole, sketch(run(100, 300), 32, 3))).toBeGreaterThan(0.1);
    expect(overlap(whole, sketch(run(100, 300), 32, 3))).toBeLessThan(0.6);
  });

  it('is exact for short texts', () => {
    expect(overlap(sketch('a b c d', 32, 2), sketch('a b c e', 32, 2))).toBe(0.5);
    expect(overlap(sketch('The answer: no.', 32, 3), sketch('the ANSWER no', 32, 3))).toBe(1);
    expect(overlap([], sketch('a', 32, 3))).toBe(0);
  });

  it('estimates how much of a text stands in another', () => {
    expect(containment(sketch(run(0, 60), 24, 3), sketch(run(0, 400), 24, 3), 24)).toBeGreaterThan(0.8);
    expect(containment(sketch(run(0, 200), 24, 3), sketch(run(200, 400), 24, 3), 24)).toBeLessThan(0.1);
    expect(containment([], [1], 24)).toBe(1);
  });

  it('is ascending, distinct, bounded and reproducible', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), fc.string({ maxLength: 500 }), (a, b) => {
        const one = sketch(a, 32, 3);
        expect(one.length).toBeLessThanOrEqual(32);
        expect(one).toEqual([...new Set(one)].sort((x, y) => x - y));
        expect(sketch(a, 32, 3)).toEqual(one);
        const both = overlap(one, sketch(b, 32, 3));
        expect(both).toBeGreaterThanOrEqual(0);
        expect(both).toBeLessThanOrEqual(1);
        expect(overlap(sketch(b, 32, 3), one)).toBe(both);
      }),
    );
  });

  it('takes nothing from a few words, and only the texts from JSON', () => {
    expect(digestTurn('I will look.', '')).toEqual([]);
    const json = (reason: string): string => JSON.stringify({ action: 'read', kind: 'plain', path: 'a', next: 'b', then: 'c', sure: 'no', open: 'yes', other: 'd', more: 'e', reason });
    expect(digestTurn(json('short reason'), '')).toEqual([]);
    expect(digestTurn(json(run(0, 20)), '').length).toBe(18);
  });
});
