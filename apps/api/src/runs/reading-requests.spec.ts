import { describe, expect, it } from '@jest/globals';
import { decodeIdCursor, decodeNumberCursor, encodeCursor } from './cursor.js';
import { waitSeconds } from './prefer.js';

describe('cursors', () => {
  const id = '01a20ee7-ad96-709b-b03a-fa7084c8f42f';

  it('come back as they went', () => {
    expect(decodeIdCursor(encodeCursor(id))).toBe(id);
    expect(decodeNumberCursor(encodeCursor(12))).toBe(12);
    expect(decodeIdCursor(undefined)).toBeUndefined();
  });

  it.each(['x', encodeCursor('1; drop table runs'), encodeCursor(-1), ''])('refuse %s', (cursor) => {
    expect(() => decodeNumberCursor(cursor)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
    expect(() => decodeIdCursor(cursor)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });
});

describe('waitSeconds', () => {
  it.each([
    [undefined, 0],
    ['', 0],
    ['wait=5', 5],
    ['respond-async, wait=10', 10],
    ['wait="7"; foo', 7],
    ['wait=100000', 60],
    ['wait=x', 0],
    ['await=5', 0],
  ])('reads %s as %d', (prefer, seconds) => {
    expect(waitSeconds(prefer)).toBe(seconds);
  });
});
