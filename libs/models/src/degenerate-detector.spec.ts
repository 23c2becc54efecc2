import { describe, expect, it } from '@jest/globals';
import { createDegenerateDetector } from './degenerate-detector.js';

/** Position at which the text is given up, or null. */
function givenUpAt(text: string, piece = 5): number | null {
  const detector = createDegenerateDetector();
  for (let at = 0; at < text.length; at += piece) if (detector.push(text.slice(at, at + piece))) return at + piece;
  return null;
}

const PROSE = Array.from({ length: 60 }, (_, i) => `In year ${1900 + i * 7} the ${['river', 'council', 'survey', 'harvest'][i % 4]} of ${['Lund', 'Bergen', 'Turku'][i % 3]} reported ${i * 37} cases, ${['fewer', 'more'][i % 2]} than before.`).join(' ');
const id = (n: number): string => ((n * 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
const RECORDS = JSON.stringify(Array.from({ length: 40 }, (_, i) => ({ passageId: `${id(i)}-${id(i + 99)}`, sentence: `s${i}`, claim: 'stands', score: (i * 17) % 100 })));
const ROWS = Array.from({ length: 60 }, (_, i) => `| 2024-01-${i} | ${id(i)} | ${(i * 31) % 97} | passed |`).join('\n');
const LOOP = 'I should check the patient record again before I answer. ';

describe('degenerate text', () => {
  it.each([
    ['prose', PROSE],
    ['records of one shape', RECORDS],
    ['a table', `| day | id | value | state |\n|${'-'.repeat(300)}|\n${ROWS}`],
    ['a rule', `${'='.repeat(120)}\n${PROSE}`],
  ])('lets %s pass', (_name, text) => {
    expect(givenUpAt(text)).toBeNull();
  });

  it.each([
    ['a sentence without end', LOOP.repeat(40)],
    ['one word without end', 'the '.repeat(400)],
    ['white space without end', `{"a": ${'\n  '.repeat(400)}`],
    ['a counter that counts', Array.from({ length: 60 }, (_, i) => `Step ${i}: I will now look at the file and then decide what to do.\n`).join('')],
    ['a long paragraph four times', `${PROSE.slice(0, 700)}\n`.repeat(6)],
  ])('gives up on %s', (_name, text) => {
    expect(givenUpAt(text)).not.toBeNull();
    expect(givenUpAt(`${PROSE}${text}`)).toBeGreaterThan(PROSE.length);
  });

  it('decides at the same place however the text is cut', () => {
    const text = `${PROSE}${LOOP.repeat(30)}`;
    const place = givenUpAt(text, 1)!;
    for (const piece of [7, 64, 1_000]) {
      const at = givenUpAt(text, piece)!;
      expect(at).toBeGreaterThanOrEqual(place);
      expect(at - piece).toBeLessThan(place);
    }
  });
});
