import { describe, expect, it } from '@jest/globals';
import { BatchPace } from './batch-pace.js';

/** Plays `rounds` of `rows` tokens, where a token costs `alone` ms by itself and `together` ms in company. */
function play(pace: BatchPace, rows: number, rounds: number, cost: { alone: number; together: number }, now = 0): { now: number; together: number } {
  let together = 0;
  for (let i = 0; i < rounds; i += 1) {
    const joined = pace.choose(rows, now);
    const [times, size, ms] = joined ? [1, rows, rows * cost.together] : [rows, 1, cost.alone];
    if (joined) together += 1;
    for (let t = 0; t < times; t += 1) {
      now += ms;
      pace.note(size, ms, now);
    }
  }
  return { now, together };
}

describe('BatchPace', () => {
  it('never joins one with itself', () => {
    const pace = new BatchPace();
    pace.note(1, 10, 0);
    expect(pace.choose(1, 0)).toBe(false);
  });

  it('evaluates together where that is faster', () => {
    expect(play(new BatchPace(), 4, 100, { alone: 100, together: 40 }).together).toBe(99);
  });

  it('evaluates one by one where that is faster, after a few tries', () => {
    expect(play(new BatchPace(), 2, 100, { alone: 10, together: 18 }).together).toBe(3);
  });

  it('is not misled by what interrupts a token now and then', () => {
    const pace = new BatchPace();
    for (let i = 0, now = 0; i < 50; i += 1) pace.note(1, i % 3 === 0 ? 200 : 10, (now += 10));
    for (let i = 0; i < 3; i += 1) pace.note(2, 36, 500);
    expect(pace.choose(2, 501)).toBe(false);
  });

  it('says what a go of rows costs, in evaluations of one, while that is known', () => {
    const pace = new BatchPace();
    pace.note(1, 10, 0);
    for (const ms of [95, 400]) pace.note(16, ms, 10);
    expect(pace.cost(16, 11)).toBeUndefined();
    pace.note(16, 90, 12);
    expect(pace.cost(16, 13)).toBeCloseTo(9);
    expect(pace.cost(8, 13)).toBeUndefined();
    expect(pace.cost(16, 60_000)).toBeUndefined();
  });

  it('tries again after a while, and takes up what changed', () => {
    const pace = new BatchPace();
    const before = play(pace, 2, 100, { alone: 10, together: 18 });
    expect(play(pace, 2, 100, { alone: 10, together: 6 }, before.now + 60_000).together).toBe(100);
  });
});
