import { describe, expect, it } from '@jest/globals';
import { deidentify } from './deidentify.js';

const clean = (text: string, also: Parameters<typeof deidentify>[1] = []): string => deidentify([{ name: 'Anna Berg.txt', text }], also).parts[0]!.text;

describe('a text without identifiers', () => {
  it.each([
    ['Seen today: Anna Berg, born 1970-01-02, in Portugal.', 'Seen today: [NAME-1], born [DATE-1], in [ADDRESS-1].'],
    ['Mr. Dahl rang on 3 March 2021; Dahl feels well.', 'Mr. [NAME-1] rang on [DATE-1]; [NAME-1] feels well.'],
    ['Call +1 (415) 555-0132 or mail a.berg@clinic.example.org.', 'Call [PHONE-1] or mail [EMAIL-1].'],
    ['Lives at 12 Long Lane Road, MRN: 4471203.', 'Lives at [ADDRESS-1], [ID-1].'],
    ['my name is naomi ryan and my zip code is 3520', 'my name is [NAME-1] and my zip code is [ADDRESS-1]'],
    ["His driver's license number is 6940579, ZIP: 394 13.", "His driver's license number is [ID-1], ZIP: [ADDRESS-1]."],
    ['Fax: 9498777106', 'Fax: [PHONE-1]'],
    ['SSN 123-45-6789, a 93-year-old.', expect.stringMatching(/^(?:SSN )?\[ID-1\], a \[AGE-1\]-year-old\.$/)],
  ])('%s', (text, expected) => expect(clean(text)).toEqual(expected));

  it('keeps what is medical', () => {
    const text = 'Hypertension. Takes Metformin 500 mg twice a day. Blood pressure 120/80, HbA1c 8.2, ECG normal.';
    expect(clean(text)).toBe(text);
  });

  it('takes what a model found beside the rules, and where it stands only', () => {
    expect(clean('seen with her sister maria at the oak house', [{ text: 'maria', kind: 'name' }, { text: 'not there', kind: 'name' }])).toBe('seen with her sister [NAME-1] at the oak house');
  });

  it('does not name its parts by their files', () => expect(deidentify([{ name: 'Anna Berg.txt', text: 'Cough.' }]).parts[0]!.name).toBe('part 1'));
});
