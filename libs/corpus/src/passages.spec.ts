import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainPage } from './parse/parsed.js';
import { passagesOf } from './passages.js';
import { sentencesOf } from './sentences.js';

const sentence = (n: number): string => `Sentence number ${n} says something about a trial of some treatment in some patients.`;
const text = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => sentence(from + i)).join(' ');

describe('passagesOf', () => {
  it('cuts at the ends of sentences, near 1,200 characters', () => {
    const passages = passagesOf([plainPage(1, text(0, 60))]);
    expect(passages.length).toBeGreaterThan(3);
    for (const p of passages) {
      expect(p.text.length).toBeLessThanOrEqual(1_750);
      expect(p.text).toMatch(/^Sentence .*patients\.$/s);
    }
  });

  it('begins each passage with the last sentence of the one before', () => {
    const [first, second] = passagesOf([plainPage(1, text(0, 60))]);
    const last = sentencesOf(first!.text).at(-1)!;
    expect(second!.text.startsWith(last.text)).toBe(true);
    expect(second!.pageStart).toBe(first!.pageStart + last.start);
  });

  const sections = (page: number, ...parts: [string, string][]) => {
    let body = '';
    const of = parts.map(([title, t]) => {
      body += `${body && '\n\n'}${title.split(' > ').at(-1)}\n\n`;
      const start = body.length;
      body += t;
      return { title, start, end: body.length };
    });
    return { page, text: body, sections: of };
  };

  it('never spans two pages', () => {
    expect(passagesOf([plainPage(1, 'Zero.'), plainPage(2, 'One.')]).map((p) => [p.page, p.text])).toEqual([[1, 'Zero.'], [2, 'One.']]);
  });

  it('joins short sections under the title that they have in common, and keeps long ones apart', () => {
    const passages = passagesOf([sections(1, ['Trial > Methods', 'One.'], ['Trial > Results', 'Two.'], ['Trial > Results > Adults', text(0, 15)], ['Other', text(0, 10)])]);
    expect(passages.map((p) => [p.section, p.text.slice(0, 30)])).toEqual([
      ['Trial', 'One.\n\nResults\n\nTwo.'],
      ['Trial > Results > Adults', 'Sentence number 0 says somethi'],
      ['Other', 'Sentence number 0 says somethi'],
    ]);
  });

  it('cuts a text without sentences at blanks, and one without blanks at its length', () => {
    expect(Math.max(...passagesOf([plainPage(1, 'word '.repeat(1_000))]).map((p) => p.text.length))).toBeLessThanOrEqual(1_750);
    expect(passagesOf([plainPage(1, 'x'.repeat(3_000))]).map((p) => p.text.length)).toEqual([1_200, 1_200, 600]);
  });

  it('gives passages that stand in their page where they say, in order, with every character that is not white space', () => {
    const words = fc.stringMatching(/^[a-zé]{1,12}[.?!]?$/);
    const between = fc.constantFrom(' ', ' ', ' ', '\n', '\n\n', '  ');
    fc.assert(
      fc.property(fc.array(fc.tuple(words, between), { maxLength: 600 }), (parts) => {
        const page = parts.flat().join('');
        const passages = passagesOf([plainPage(1, page)]);
        for (const p of passages) expect(page.slice(p.pageStart, p.pageStart + p.text.length)).toBe(p.text);
        let upTo = 0;
        for (const p of passages) {
          // Nothing between two passages but white space; what they share is a whole sentence.
          expect(page.slice(upTo, Math.max(upTo, p.pageStart)).trim()).toBe('');
          upTo = p.pageStart + p.text.length;
        }
        expect(page.slice(upTo).trim()).toBe('');
      }),
      { numRuns: 50 },
    );
  });
});

describe('sentencesOf', () => {
  const of = (t: string): string[] => sentencesOf(t).map((s) => s.text);

  it('knows where they stand', () => {
    const t = '  First one. Second one?\n\nThird.';
    for (const s of sentencesOf(t)) expect(t.slice(s.start, s.end)).toBe(s.text);
    expect(of(t)).toEqual(['First one.', 'Second one?', 'Third.']);
  });

  it.each([
    ['abbreviations', 'Smith et al. Showed it, e.g. In mice. Then vs. Placebo it failed.', ['Smith et al. Showed it, e.g. In mice.', 'Then vs. Placebo it failed.']],
    ['numbers', 'A rise of 2.5 mg was seen. P = 0.01.', ['A rise of 2.5 mg was seen.', 'P = 0.01.']],
    ['line ends within a sentence', 'It went on\nto the next line. Then Berlin\nHospital followed.', ['It went on\nto the next line.', 'Then Berlin\nHospital followed.']],
    ['a blank line', 'A title\n\nA text.', ['A title', 'A text.']],
  ])('is not misled by %s', (_what, t, expected) => expect(of(t)).toEqual(expected));
});
