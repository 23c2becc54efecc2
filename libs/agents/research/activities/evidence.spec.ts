import { describe, expect, it } from '@jest/globals';
import type { PlacedPassage } from '#store';
import type { FoundPassage } from '../contract.js';
import { checkClaims } from './evidence.js';
import { nameAll } from './shown.js';

const TEXTS = ['Vitamin C lowered the rate of pain syndrome. The dose was 500 mg a day.', 'Acupuncture eased the neck pain of most patients.'];
const found: FoundPassage[] = TEXTS.map((text, i) => ({ passageId: `p${i + 1}`, documentId: 'd', documentName: 'studies.pdf', page: i + 1, section: null, text }));
const shown = nameAll(found);
const placed = (passages: FoundPassage[]) => new Map(passages.map((p): [string, PlacedPassage] => [p.passageId, { ...p, pageStart: 8, regions: null, pageText: `Before. ${p.text} After.` }]));
const check = (claims: Parameters<typeof checkClaims>[0], stored = placed(found)) => checkClaims(claims, shown, stored);

describe('checkClaims', () => {
  it('cites sentences by name, each with its page, its words and where they stand', () => {
    const result = check([{ text: 'It helped.', sentences: ['S2', 'S3', 'S2'] }]);
    expect(result).toEqual({ ok: true, claims: [{ text: 'It helped.', evidence: [
      { claim: 1, passageId: 'p1', documentId: 'd', documentName: 'studies.pdf', page: 1, quote: 'The dose was 500 mg a day.', span: [45, 71], pageSpan: [53, 79], verified: true },
      { claim: 1, passageId: 'p2', documentId: 'd', documentName: 'studies.pdf', page: 2, quote: TEXTS[1], span: [0, 49], pageSpan: [8, 57], verified: true },
    ] }] });
  });

  it('cites a quotation as it stands on the page, not as it was typed', () => {
    const result = check([{ text: 'It helped.', passage: 'P1', quote: '“the dose was  500 mg a day”' }, { text: 'Yes.', passage: 'P1', quote: '"Vitamin C lowered the rate"' }]);
    expect(result).toEqual({ ok: false, reason: expect.stringContaining('Claim 1: the quotation') });
    const right = check([{ text: 'It helped.', passage: 'P1', quote: '“The dose was  500 mg a day”' }]);
    expect(right.ok && right.claims[0]!.evidence[0]!.quote).toBe('The dose was 500 mg a day');
  });

  it.each([
    ['an invented quotation', { text: 'x', passage: 'P2', quote: 'Acupuncture cured the neck pain of all patients.' }, /Claim 1: .*does not stand in P2/],
    ['a quotation of another passage', { text: 'x', passage: 'P2', quote: 'The dose was 500 mg a day.' }, /does not stand in P2/],
    ['a quotation with another number', { text: 'x', passage: 'P1', quote: 'The dose was 50 mg a day.' }, /does not stand in P1/],
    ['a passage that is not there', { text: 'x', passage: 'P9', quote: 'The dose was 500 mg a day.' }, /names P9/],
    ['a sentence that is not there', { text: 'x', sentences: ['S1', 'S9'] }, /names S9/],
  ])('refuses %s', (_what, claim, reason) => expect(check([claim])).toEqual({ ok: false, reason: expect.stringMatching(reason) }));

  it('refuses what is no longer in the corpus, or changed there', () => {
    expect(check([{ text: 'x', sentences: ['S3'] }], placed(found.slice(0, 1)))).toEqual({ ok: false, reason: expect.stringMatching(/S3 of P2, which is no longer/) });
    expect(check([{ text: 'x', passage: 'P2', quote: 'eased the neck pain' }], placed(found.slice(0, 1))).ok).toBe(false);
    expect(check([{ text: 'x', sentences: ['S3'] }], placed(found.map((p) => ({ ...p, text: `${p.text.slice(1)}.` })))).ok).toBe(false);
  });

  it('makes one claim of those that say the same, and numbers what is left', () => {
    const result = check([{ text: 'It helped.', sentences: ['S1'] }, { text: 'it helped', sentences: ['S1', 'S2'] }, { text: 'So did another.', sentences: ['S3'] }]);
    expect(result.ok && result.claims.map((c) => [c.text, c.evidence.map((e) => [e.claim, e.quote.slice(0, 8)])])).toEqual([['It helped.', [[1, 'Vitamin '], [1, 'The dose']]], ['So did another.', [[2, 'Acupunct']]]]);
  });
});
