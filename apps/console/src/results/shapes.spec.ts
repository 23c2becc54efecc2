import { describe, expect, it } from '@jest/globals';
import { around, isCoding, isResearch, Numbers } from './shapes.js';

const citation = (passageId: string, quote: string) => ({ passageId, quote, documentId: 'd', documentName: 'D', page: 1, section: null });

describe('citations', () => {
  it('have one number each, however often they are cited', () => {
    const numbers = new Numbers();
    expect([citation('p', 'a'), citation('q', 'b'), citation('p', 'a')].map((one) => numbers.of(one))).toEqual([1, 2, 1]);
    expect(numbers.all).toHaveLength(2);
  });

  it('are found in their passage across line ends, signs and all', () => {
    expect(around('So it was.\nA (small)\n dose helped. Ever since.', 'A (small) dose helped.')).toEqual(['So it was.\n', 'A (small)\n dose helped.', ' Ever since.']);
    expect(around('text', 'elsewhere')).toEqual(['text', '', '']);
  });
});

it('results are told apart by their shape', () => expect([isResearch({ answer: '', claims: [] }), isResearch(null), isCoding({ patch: '', files: [], status: 'fixed' })]).toEqual([true, false, true]));
