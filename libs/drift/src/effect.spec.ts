import { describe, expect, it } from '@jest/globals';
import { effectOf, share } from './effect.js';

describe('the effect of a rung', () => {
  it('is unknown without both groups, and while the groups are small', () => {
    expect(effectOf(share(5, 5), share(0, 0))).toEqual({ recovery: null, disruption: null, worthAbove: null, effect: 'unknown' });
    expect(effectOf(share(2, 3), share(1, 3)).effect).toBe('unknown');
  });

  it('helps, or hurts, where the interval of the difference leaves out nought', () => {
    expect(effectOf(share(80, 100), share(10, 50))).toMatchObject({ effect: 'helps', recovery: expect.closeTo(0.75), disruption: 0, worthAbove: 0 });
    expect(effectOf(share(10, 100), share(40, 50))).toMatchObject({ effect: 'hurts', recovery: 0, disruption: 0.875, worthAbove: 1 });
  });

  it('rests on an interval that holds the share and stays in [0,1]', () => {
    expect(share(0, 82)).toMatchObject({ low: 0, high: expect.closeTo(0.0447, 3) });
    expect(share(3, 3)).toMatchObject({ low: expect.closeTo(0.438, 2), high: 1 });
  });
});
