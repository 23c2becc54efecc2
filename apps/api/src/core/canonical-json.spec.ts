import { describe, expect, it } from '@jest/globals';
import { canonicalJson, depthOf, hashOf } from './canonical-json.js';

describe('canonicalJson', () => {
  it('does not depend on the order of keys, and keeps that of lists', () => {
    expect(canonicalJson({ b: [2, { d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[2,{"c":null,"d":1}]}');
    expect(hashOf({ a: 1, b: 2 }).equals(hashOf({ b: 2, a: 1 }))).toBe(true);
    expect(hashOf([1, 2]).equals(hashOf([2, 1]))).toBe(false);
    expect(canonicalJson(undefined)).toBe('null');
  });
});

describe('depthOf', () => {
  it('counts levels', () => {
    expect(depthOf(1, 10)).toBe(0);
    expect(depthOf({ a: [{ b: 1 }] }, 10)).toBe(3);
  });

  it('stops early and never exhausts the stack', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 200_000; i++) deep = [deep];
    expect(depthOf(deep, 65)).toBe(65);
  });
});
