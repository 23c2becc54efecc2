import { describe, expect, it } from '@jest/globals';
import { shift } from '../native/residual-tap.js';
import { AxisWatch } from './axis-watch.js';

describe('corrections', () => {
  it('moves by a fixed offset, to the band, or a share of the way to it', () => {
    const band = { low: -1, high: 2 };
    expect([shift(undefined, 9), shift({ mode: 'fixed', by: -3 }, 9)]).toEqual([0, -3]);
    expect([-4, 0, 5].map((p) => shift({ mode: 'clamp', ...band }, p))).toEqual([3, 0, -3]);
    expect([-4, 0, 5].map((p) => shift({ mode: 'gate', ...band, share: 0.5 }, p))).toEqual([1.5, 0, -1.5]);
  });

  it('corrects the last row only and keeps what is orthogonal to the axis', () => {
    const watch = new AxisWatch([{ name: 'x', layer: 3, direction: [1, 0], correct: { mode: 'clamp', low: 0, high: 1 } }]);
    const rows = Float32Array.of(7, 7, 5, 8);
    expect(watch.read(3, rows)).toBe(true);
    watch.endToken();
    expect([...rows]).toEqual([7, 7, 1, 8]);
    expect(watch.traces).toEqual([{ projections: [5], shifts: [-4] }]);
  });

  it('reads without a change where nothing is to be corrected', () => {
    const watch = new AxisWatch([{ name: 'x', layer: 1, direction: [0, 1] }]);
    expect(watch.read(2, Float32Array.of(1, 1))).toBe(false);
    expect(watch.read(1, Float32Array.of(4, 6))).toBe(false);
    watch.endToken();
    expect(watch.traces).toEqual([{ projections: [6], shifts: [0] }]);
  });
});
