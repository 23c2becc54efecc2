import { describe, expect, it } from '@jest/globals';
import { Lookup, ROWS } from './lookup.js';

const WORTH = 9;
/** So many tokens of which none repeats. */
const run = (start: number, count: number): number[] => Array.from({ length: count }, (_, i) => start + i);

/** A reply behind `prompt` that writes `tokens`, as a reply does: a go where one is expected to pay. Answers how many evaluations it took, and those of `ROWS`. */
function write(prompt: number[], tokens: number[], worth = WORTH): { evaluations: number; goes: number; gained: number[] } {
  const lookup = new Lookup(Int32Array.from(prompt), prompt.length + tokens.length + ROWS);
  const gained: number[] = [];
  let evaluations = 0;
  for (let at = 0; at < tokens.length; evaluations += 1) {
    if (!lookup.expects(worth)) {
      lookup.accept(tokens[at]!);
      at += 1;
      continue;
    }
    const proposal = lookup.propose();
    expect(proposal).toHaveLength(ROWS - 1);
    let count = 0;
    for (let goesOn = true; goesOn && at < tokens.length; at += 1, count += 1) {
      lookup.accept(tokens[at]!);
      goesOn = tokens[at] === proposal[count];
    }
    lookup.note(count, worth);
    gained.push(count);
  }
  return { evaluations, goes: gained.length, gained };
}

describe('Lookup', () => {
  const passage = run(100, 120);

  it('goes ahead through a passage that is quoted, once it was right often enough', () => {
    const { evaluations, gained } = write([1, 2, 3, ...passage, 4, 5], passage);
    expect(gained.slice(0, 6)).toEqual([16, 16, 16, 16, 16, 16]);
    expect(evaluations).toBeLessThan(25);
  });

  it('never goes ahead where nothing repeats, nor where only short pieces do', () => {
    expect(write(passage, run(1000, 300)).goes).toBe(0);
    const keys = Array.from({ length: 40 }, (_, i) => [1, 2, 3, 4, 5, 1000 + i]).flat();
    expect(write(keys.slice(0, 60), keys.slice(60)).goes).toBe(0);
  });

  it('goes on behind a word that was changed, put in or left out', () => {
    const changed = [...passage.slice(0, 60), 7, ...passage.slice(61)];
    const put = [...passage.slice(0, 60), 7, 8, ...passage.slice(60)];
    const left = [...passage.slice(0, 60), ...passage.slice(62)];
    for (const tokens of [changed, put, left]) expect(write(passage, tokens).evaluations).toBeLessThan(55);
  });

  it('follows what the reply itself says over and over, also beyond its last token', () => {
    const { gained } = write([1], Array.from({ length: 100 }, (_, i) => 10 + (i % 5)));
    expect(gained.length).toBeGreaterThan(3);
    expect(Math.min(...gained.slice(0, -1))).toBe(ROWS);
  });

  it('takes the earlier place that agrees longest', () => {
    const lookup = new Lookup(Int32Array.from([1, 2, 3, 4, 50, 9, 2, 3, 4, 60]), 40);
    for (const token of [1, 2, 3, 4]) lookup.accept(token);
    expect(lookup.propose()[0]).toBe(50);
  });

  it('stops trying where goes do not pay', () => {
    // Eleven tokens known from before, then four that never were.
    const tokens = Array.from({ length: 60 }, (_, i) => [...run(100, 11), ...run(1000 + 10 * i, 4)]).flat();
    const { gained } = write(passage, tokens);
    expect(gained.filter((count) => count < WORTH).length).toBeLessThan(4);
  });

  it('tries sooner where a go costs less, and never where it costs as much as its rows', () => {
    expect(write(passage, passage, 3).evaluations).toBeLessThan(write(passage, passage).evaluations);
    expect(write(passage, passage, ROWS).goes).toBe(0);
  });
});
