import { describe, expect, it } from '@jest/globals';
import { heldOut, limitFor, type Replayed } from './held-out.js';
import { windowsOf } from './judge.js';
import { replay } from './replay.js';
import { digestsOf, type RecordedStep } from './runs.js';

const step = (n: number, over: Partial<RecordedStep> = {}): RecordedStep => ({ thought: `thought ${n} about part ${n * 7} of the work that is to be done here today`, tool: ['read_range', 'find_text', 'run_tests', 'write_fix'][n % 4]!, args: { line: n }, obs: `line ${n} says ${n * 13}`, ...over });
const replayed = (id: string, resolved: boolean, steps: RecordedStep[]): Replayed => {
  const run = { source: 'made', id, resolved, steps };
  const digests = digestsOf(run);
  return { run, digests, reports: replay(digests, 4) };
};
const good = (n: number): Replayed => replayed(`good${n}`, true, Array.from({ length: 24 }, (_, i) => step(n * 100 + i)));
const narrow = (n: number): Replayed => replayed(`bad${n}`, false, Array.from({ length: 24 }, (_, i) => (i < 8 ? step(n * 100 + i) : step(n * 100, { tool: 'find_text', args: { text: `word ${i % 3} of it` }, obs: `Error: none of it, try ${i}` }))));

describe('what is chosen on other tasks', () => {
  it('leaves no more good runs above a limit than the budget allows', () => {
    const values = [5, 1, 4, 2, 3, 9, 8, 7, 6, 10];
    for (const budget of [0.1, 0.2, 0.5]) expect(values.filter((v) => v > limitFor(values, budget)).length).toBeLessThanOrEqual(budget * values.length);
    expect(limitFor([], 0.1)).toBe(Infinity);
  });

  it('catches runs by a threshold from the others, the same for the same division', () => {
    const known = [...Array.from({ length: 10 }, (_, n) => good(n)), ...Array.from({ length: 10 }, (_, n) => narrow(n))];
    const fires = heldOut(known, { budget: 0.05, weights: null, division: 3 });
    const again = heldOut(known, { budget: 0.05, weights: null, division: 3 });
    expect(known.map(fires)).toEqual(known.map(again));
    expect(known.slice(0, 10).filter((j) => fires(j) !== null)).toEqual([]);
    expect(known.slice(10).filter((j) => fires(j) !== null)).toHaveLength(10);
  });
});

describe('windows that a judge is asked about', () => {
  const labelled = (kinds: string[]): Replayed => replayed(kinds.join(''), false, kinds.map((kind, i) => step(i, { labels: { thought_thought: kind === 'r' ? 'Redundancy' : 'Follow-up', action_action: kind === 'a' ? 'Repetition' : 'Follow-up' } })));

  it('are those with much drift by people’s labels, and as many with none', () => {
    const windows = windowsOf([labelled([...'........rrra....']), labelled([...'........a.......']), good(1)], 5);
    expect(windows.map(({ name, drifting, log }) => [name, drifting, log.map((s) => s.step)])).toEqual([
      ['made ........rrra.... 12', true, [5, 6, 7, 8, 9, 10, 11, 12]],
      ['made ........rrra.... 16', true, [9, 10, 11, 12, 13, 14, 15, 16]],
      ['made ........rrra.... 8', false, [1, 2, 3, 4, 5, 6, 7, 8]],
      ['made ........a....... 8', false, [1, 2, 3, 4, 5, 6, 7, 8]],
    ]);
    expect(windows[0]!.digests[0]!.step).toBe(12);
  });
});
