import { expect, it } from '@jest/globals';
import { signalsOf } from './signals.js';

const trailOf = (trees: string, lines: (i: number) => number = () => 1) => [...trees].map((tree, i) => ({ step: i, tree, lines: lines(i) }));

it('sees a change that is made, undone and made again', () => {
  expect(signalsOf({ trail: trailOf('ab'), changesUntested: 0 })).toEqual([]);
  expect(signalsOf({ trail: trailOf('aba'), changesUntested: 0 })).toEqual([{ signal: 'editRevert', value: 0.5, steps: [0, 2], hard: false }]);
  expect(signalsOf({ trail: trailOf('abab'), changesUntested: 0 })).toEqual([{ signal: 'editRevert', value: 1, steps: [1, 3], hard: true }]);
  expect(signalsOf({ trail: trailOf('ababa'), changesUntested: 0 })[0]).toMatchObject({ value: 1, steps: [2, 4], hard: true });
  expect(signalsOf({ trail: trailOf('abac'), changesUntested: 0 })).toEqual([]);
  // Undoing one try after another is none.
  expect(signalsOf({ trail: trailOf('abaca'), changesUntested: 0 })).toEqual([{ signal: 'editRevert', value: 0.5, steps: [0, 4], hard: false }]);
});

it('sees changes that nobody tried', () => {
  expect(signalsOf({ trail: trailOf('abcd'), changesUntested: 3 })).toEqual([]);
  expect(signalsOf({ trail: trailOf('abcde'), changesUntested: 4 })).toEqual([{ signal: 'untested', value: 0.5, steps: [1, 2, 3, 4], hard: false }]);
  expect(signalsOf({ trail: trailOf('abcdefghi'), changesUntested: 8 })[0]).toMatchObject({ signal: 'untested', hard: true, steps: [3, 4, 5, 6, 7, 8] });
});

it('sees a change that grows with nothing to show for it', () => {
  expect(signalsOf({ trail: trailOf('abc', (i) => 300 * i), changesUntested: 2 })).toEqual([]);
  expect(signalsOf({ trail: trailOf('abcd', (i) => 100 * i), changesUntested: 3 })).toEqual([{ signal: 'unproven', value: 0.5, steps: [1, 2, 3], hard: false }]);
  expect(signalsOf({ trail: trailOf('abcd', (i) => 300 * i), changesUntested: 3 })).toEqual([{ signal: 'unproven', value: 1, steps: [1, 2, 3], hard: true }]);
  // What was tested before counts as known.
  expect(signalsOf({ trail: trailOf('abcd', (i) => 300 * i), changesUntested: 1 })).toEqual([]);
});
