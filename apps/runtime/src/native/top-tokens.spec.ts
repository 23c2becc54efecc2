import { describe, expect, it } from '@jest/globals';
import { topTokens } from './top-tokens.js';

/** Reproducible numbers in [0, 1). */
function noise(count: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  });
}

describe('topTokens', () => {
  it.each([1, 7, 40, 500, 2000])('gives the same as a full sort for the best %i', (count) => {
    const logits = noise(2000);
    const sorted = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, count);
    expect([...topTokens(logits, count)]).toEqual(sorted);
  });

  it('breaks ties by id, whatever the order of arrival', () => {
    expect([...topTokens(Float32Array.of(1, 3, 3, 3, 2), 2)]).toEqual([1, 2]);
  });

  it('gives all there are when asked for more, and leaves minus infinity last', () => {
    expect([...topTokens(Float32Array.of(-Infinity, 1), 5)]).toEqual([1, 0]);
  });
});
