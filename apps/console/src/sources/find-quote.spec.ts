import { describe, expect, it } from '@jest/globals';
import { findQuote } from './find-quote.js';

const runs = (...texts: string[]): { text: string }[] => texts.map((text) => ({ text }));

describe('a quotation on a page', () => {
  it('is found within a run, and across runs, word breaks and ligatures', () => {
    expect(findQuote(runs('It was found. It held oil.'), 'It held oil.')).toEqual([{ run: 0, from: 14 / 26, to: 25 / 26 }]);
    expect(findQuote(runs('the ben', 'e\u00ADﬁt of vita-', 'min C'), 'Benefit of vitamin C')).toEqual([{ run: 0, from: 4 / 7, to: 1 }, { run: 1, from: 0, to: 12 / 13 }, { run: 2, from: 0, to: 1 }]);
  });

  it('is marked run by run where the page is drawn in another order than it is read', () => {
    expect(findQuote(runs('and the second line.', 'Heading of another part', 'The first line comes'), 'The first line comes and the second line.')).toEqual([{ run: 0, from: 0, to: 1 }, { run: 2, from: 0, to: 1 }]);
  });

  it('is nowhere where it does not stand, and where there is none', () => {
    expect(findQuote(runs('Something else entirely'), 'The lamp')).toEqual([]);
    expect(findQuote(runs('Something'), ' — ')).toEqual([]);
  });
});
