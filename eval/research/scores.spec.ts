import { describe, expect, it } from '@jest/globals';
import { spread } from './items.js';
import { accuracy, balancedAccuracy, macroF1, type Outcome } from './scores.js';

const of = (...pairs: [string, string | null][]): Outcome[] => pairs.map(([gold, chosen]) => ({ gold, chosen }));
const some = of(['yes', 'yes'], ['yes', 'yes'], ['yes', 'no'], ['no', 'yes'], ['maybe', null]);

describe('scores of closed questions', () => {
  it('counts what has no answer as wrong', () => expect(accuracy(some)).toBeCloseTo(2 / 5));
  // yes: 2 right of 3 named and 3 gold; no and maybe: none.
  it('has the mean of the labels’ F1', () => expect(macroF1(some, ['yes', 'no', 'maybe'])).toBeCloseTo((4 / 6 + 0 + 0) / 3));
  it('weighs labels alike, however rare', () => expect(balancedAccuracy(of(['true', 'true'], ['true', 'true'], ['true', 'true'], ['false', 'true']), ['true', 'false'])).toBeCloseTo(0.5));
});

it('takes the labels in turn where it takes a few', () => {
  const items = ['yes', 'yes', 'yes', 'no', 'maybe', 'yes'].map((gold, i) => ({ id: `${i}`, question: '', gold, document: i }));
  expect(spread(items, ['yes', 'no', 'maybe'], 4).map((i) => i.id)).toEqual(['0', '3', '4', '1']);
  expect(spread(items, ['yes', 'no', 'maybe'], 6)).toEqual(items);
});
