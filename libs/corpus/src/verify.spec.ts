import { describe, expect, it } from '@jest/globals';
import { findQuote } from './verify.js';

const found = (quote: string, text: string): string | null => {
  const span = findQuote(quote, text);
  return span && text.slice(...span);
};

describe('findQuote', () => {
  it('finds a quotation as it stands and says where', () => {
    const page = 'Before it. Metformin lowered glucose by 2.5 mmol. After it.';
    expect(findQuote('Metformin lowered glucose by 2.5 mmol.', page)).toEqual([11, 49]);
  });

  it.each([
    ['white space and line ends', 'lowered blood glucose', 'It lowered\n   blood\u00a0 glucose.', 'lowered\n   blood\u00a0 glucose'],
    ['a word parted at the end of a line', 'a significant reduction', 'There was a signifi-\ncant reduction.', 'a signifi-\ncant reduction'],
    ['a hyphen of its own at the end of a line', 'use of beta-blockers', 'The use of beta-\nblockers rose.', 'use of beta-\nblockers'],
    ['ligatures', 'efficacy of the flow', 'The e\ufb03cacy of the \ufb02ow was', 'e\ufb03cacy of the \ufb02ow'],
    ['quotation marks and dashes', `"so-called 'gold' - standard"`, 'the so-called ‘gold’ – standard is', 'so-called ‘gold’ – standard'],
    ['accents apart', 'Ménière disease', 'In Me\u0301nie\u0300re disease', 'Me\u0301nie\u0300re disease'],
    ['dots for what was left out', '… patients improved over time …', 'Most patients improved over time.', 'patients improved over time'],
    ['soft hyphens', 'improvement', 'The improve\u00adment was', 'improve\u00adment'],
  ])('evens out %s', (_what, quote, text, expected) => expect(found(quote, text)).toBe(expected));

  it.each([
    ['invented words', 'Metformin raised glucose', 'Metformin lowered glucose.'],
    ['another number', 'a dose of 5 mg daily', 'a dose of 50 mg daily'],
    ['the end of a number', '5 mg daily dose', 'a 2.5 mg daily dose'],
    ['a number without its sign', '5 degrees below', 'at -5 degrees below'],
    ['the start of a number', 'the dose was 12', 'the dose was 12.5 mg'],
    ['a part of a word', 'art failure rates', 'heart failure rates'],
    ['a superscript as a digit', 'about 102 cells per ml', 'about 10\u00b2 cells per ml'],
    ['an interval run together', 'between 510 and 600', 'between 5-10 and 600'],
    ['a quotation too short to prove anything', 'the', 'the end of the line'],
    ['one put together from two places', 'Metformin lowered weight', 'Metformin lowered glucose. It raised weight.'],
    ['nothing', '  ', 'Some text.'],
  ])('refuses %s', (_what, quote, text) => expect(findQuote(quote, text)).toBeNull());

  it('goes on to a later place where the first is only a part of a word', () => {
    expect(found('art failure', 'heart failure and art failure')).toBe('art failure');
    expect(findQuote('art failure', 'heart failure and art failure')).toEqual([18, 29]);
  });
});
