import { describe, expect, it } from '@jest/globals';
import { Fifo } from './fifo.js';

const never = new AbortController().signal;

describe('Fifo', () => {
  it('runs one at a time in order of arrival', async () => {
    const fifo = new Fifo();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} out`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => fifo.run(never, work(name))));
    expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(fifo.depth).toBe(0);
  });

  it('lets in as many as there are places', async () => {
    const fifo = new Fifo(2);
    const releases: (() => void)[] = [];
    const log: string[] = [];
    const hold = (name: string) => fifo.run(never, () => new Promise<void>((resolve) => (log.push(name), releases.push(resolve))));
    const all = ['a', 'b', 'c'].map(hold);
    await new Promise((resolve) => setImmediate(resolve));
    expect([log, fifo.depth]).toEqual([['a', 'b'], 3]);
    releases[1]!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['a', 'b', 'c']);
    releases.forEach((release) => release());
    await Promise.all(all);
    expect(fifo.depth).toBe(0);
  });

  it('lets one that waits give up without holding up the others', async () => {
    const fifo = new Fifo();
    const leaving = new AbortController();
    let release = (): void => undefined;
    const first = fifo.run(never, () => new Promise<void>((resolve) => (release = resolve)));
    const second = fifo.run(leaving.signal, async () => 'ran');
    const third = fifo.run(never, async () => 'third');
    leaving.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    release();
    await first;
    expect(await third).toBe('third');
  });

  it('goes on after a failure', async () => {
    const fifo = new Fifo();
    await expect(fifo.run(never, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await fifo.run(never, async () => 1)).toBe(1);
  });
});
