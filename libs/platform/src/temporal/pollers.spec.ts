import { describe, expect, it } from '@jest/globals';
import { countPollers } from './pollers.js';

describe('countPollers', () => {
  it('leaves out those that are gone, though Temporal lists them still', () => {
    const at = (seconds: number) => ({ lastAccessTime: { seconds } });
    expect(countPollers([at(1_000), at(930), at(900), { lastAccessTime: null }], 1_000_000)).toBe(2);
    expect(countPollers(undefined)).toBe(0);
  });
});
