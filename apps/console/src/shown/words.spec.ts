import { describe, expect, it } from '@jest/globals';
import { ago, bytes, span, statusWords } from './words.js';

describe('words for numbers', () => {
  it.each([[0, '0 B'], [999, '999 B'], [1_500, '1.5 kB'], [250_000, '250 kB'], [2.5e9, '2.5 GB']])('%d bytes are %s', (value, shown) => expect(bytes(value)).toBe(shown));
  it.each([[12, '12 ms'], [1_234, '1.2 s'], [59_000, '59 s'], [61_000, '1 min 1 s'], [3_700_000, '1 h 1 min'], [200_000_000, '2 d 7 h']])('%d ms are %s', (value, shown) => expect(span(value)).toBe(shown));
  it('tells the past from what is to come', () => {
    const now = Date.parse('2026-01-01T12:00:00Z');
    expect([ago('2026-01-01T11:58:00Z', now), ago('2026-01-01T13:00:00Z', now), ago('2026-01-01T12:00:01Z', now)]).toEqual(['2 min ago', 'in 1 h', 'now']);
  });
  it('has words for a status that it does not know', () => expect([statusWords('waiting_runtime'), statusWords('a_new_one')]).toEqual(['waits for its model', 'a new one']));
});
