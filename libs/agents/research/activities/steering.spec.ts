import { describe, expect, it } from '@jest/globals';
import { narrowed } from './steering.js';

describe('what a person says to a run at work', () => {
  it.each([
    ['Look only at papers after 2020', { from: '2021-01-01' }],
    ['only those since 2019, please', { from: '2019-01-01' }],
    ['2019 or later', { from: '2019-01-01' }],
    ['papers before 2015', { to: '2014-12-31' }],
    ['everything up to 2015', { to: '2015-12-31' }],
    ['from 2010 until 2015', { from: '2010-01-01', to: '2015-12-31' }],
    ['between 2010 and 2015', { from: '2010-01-01', to: '2015-12-31' }],
    ['I am not after reviews but papers since 2019', { from: '2019-01-01' }],
    ['Take what is tagged late and after 2020', { from: '2021-01-01', tags: ['late'] }],
  ])('narrows its scope: %s', (words, scope) => expect(narrowed({}, words)).toEqual(scope));

  it.each([
    ['Ignore papers before 2010', { from: '2010-01-01' }],
    ['nothing older than 2010', { from: '2010-01-01' }],
    ['Please don’t read anything after 2020', { to: '2020-12-31' }],
    ['no papers from 2020 or later', { to: '2019-12-31' }],
    ['I do not trust reviews, so look only at papers after 2020', { from: '2021-01-01' }],
  ])('takes what is refused for the opposite: %s', (words, scope) => expect(narrowed({}, words)).toEqual(scope));

  it('leaves the scope as it is where it names no bound', () => {
    const scope = { tags: ['late'], from: '2019-01-01' };
    expect(narrowed(scope, 'The trial of 2020 had 40 patients.')).toEqual(scope);
    expect(narrowed(scope, 'before 2022')).toEqual({ ...scope, to: '2021-12-31' });
  });
});
