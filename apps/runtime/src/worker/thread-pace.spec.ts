import { describe, expect, it } from '@jest/globals';
import { ThreadPace } from './thread-pace.js';

const FREE = { one: 18, two: 13 };
const BUSY = { one: 50, two: 700 };

/** Computes `count` tokens from `now` on, and answers when they were done and how many of them were on two threads. */
function compute(pace: ThreadPace, machine: typeof FREE, count: number, now = 0): { now: number; wide: number } {
  let wide = 0;
  for (let i = 0; i < count; i += 1) {
    const threads = pace.choose('token', now);
    const ms = threads === 1 ? machine.one : machine.two;
    if (threads > 1) wide += 1;
    now += ms;
    pace.note('token', threads, ms, now);
  }
  return { now, wide };
}

describe('ThreadPace', () => {
  it('takes all threads on a free machine', () => {
    expect(compute(new ThreadPace(2), FREE, 100).wide).toBe(99);
  });

  it('takes one thread on a busy machine and tries two seldom', () => {
    const { now, wide } = compute(new ThreadPace(2), BUSY, 1000);
    expect(wide).toBeLessThan(5);
    expect(now).toBeLessThan(1000 * BUSY.one * 1.1);
  });

  it('notices when the machine becomes busy and when it becomes free again', () => {
    const pace = new ThreadPace(2);
    let { now } = compute(pace, FREE, 100);
    const busy = compute(pace, BUSY, 200, now);
    expect(busy.wide).toBeLessThan(4);
    now = busy.now + 30_000;
    expect(compute(pace, FREE, 100, now).wide).toBeGreaterThan(95);
  });

  it('never tries more threads on a whole block', () => {
    const pace = new ThreadPace(2);
    compute(pace, BUSY, 10);
    expect(pace.choose('block', 1e9)).toBe(1);
  });

  it('stays on one thread where there is one', () => {
    const pace = new ThreadPace(1);
    expect(compute(pace, FREE, 10).wide).toBe(0);
    expect(pace.wantsProbe(1e9)).toBe(false);
  });
});
