import { describe, expect, it } from '@jest/globals';
import { ThreadPace, type Work } from './thread-pace.js';

const FREE = { one: 18, two: 13 };
const BUSY = { one: 50, two: 700 };

/** Computes `count` blocks of 100 tokens from `now` on, probing when asked; `wide` of them on two threads. */
function compute(pace: ThreadPace, machine: typeof FREE, count: number, now = 0): { now: number; wide: number; probes: number } {
  let wide = 0;
  let probes = 0;
  const run = (work: Work, tokens: number): number => {
    const threads = pace.choose(work, now);
    const ms = threads === 1 ? machine.one : machine.two;
    now += ms * tokens;
    pace.note(work, threads, ms, now);
    return threads;
  };
  for (let i = 0; i < count; i += 1) {
    for (let round = 0; round < 2 && pace.wantsProbe(now); round += 1) {
      run('token', 1);
      probes += 1;
    }
    if (run('block', 100) > 1) wide += 1;
  }
  return { now, wide, probes };
}

describe('ThreadPace', () => {
  it('takes all threads on a free machine, after one probe', () => {
    expect(compute(new ThreadPace(2), FREE, 100)).toMatchObject({ wide: 100, probes: 2 });
  });

  it('takes one thread on a busy machine and tries two seldom', () => {
    const { now, wide } = compute(new ThreadPace(2), BUSY, 100);
    expect(wide).toBe(0);
    expect(now).toBeLessThan(100 * 100 * BUSY.one * 1.1);
  });

  it('notices when the machine becomes busy and when it becomes free again', () => {
    const pace = new ThreadPace(2);
    let { now } = compute(pace, FREE, 100);
    const busy = compute(pace, BUSY, 20, now);
    expect(busy.wide).toBe(1);
    now = busy.now + 3_000_000;
    expect(compute(pace, FREE, 100, now).wide).toBe(100);
  });

  it('stays on one thread where there is one', () => {
    const pace = new ThreadPace(1);
    expect(compute(pace, FREE, 10)).toMatchObject({ wide: 0, probes: 0 });
  });
});
