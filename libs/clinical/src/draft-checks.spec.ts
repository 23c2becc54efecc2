import { describe, expect, it } from '@jest/globals';
import { checkDraft } from './check-draft.js';
import { conditionsWithout } from './conditions.js';
import { omissionsOf } from './omissions.js';
import { findingsOf } from './source-findings.js';
import { indexSource } from './source-index.js';

const SOURCE = `[doctor] what brings you in ?
[patient] my left knee hurts . i fell off my bike two weeks ago . i also have high blood pressure .
[doctor] any allergies ?
[patient] yes , penicillin gives me an allergic rash .
[doctor] what do you take ?
[patient] motrin , four hundred milligrams , twice a day .
[doctor] your a1c was high at 8.2 . start meloxicam 15 milligrams . come back in three weeks .`;
const names = (text: string): string[] => conditionsWithout(text, SOURCE).map((c) => c.text);

describe('illnesses that a source does not name', () => {
  it.each([['Impression: septic arthritis of the left knee.', ['arthritis']], ['He has diabetes.', ['diabetes']], ['Likely osteomyelitis or rheumatoid disease.', ['osteomyelitis', 'rheumatoid disease']], ['Meniscal tear.', ['meniscal tear']]])('are found: %s', (text, found) => expect(names(text)).toEqual(found));
  it.each(['Hypertension.', 'Left knee pain after a fall.', 'He came for a diagnosis.', 'Takes ibuprofen.'])('are not in: %s', (text) => expect(names(text)).toEqual([]));
});

describe('a sentence of a draft', () => {
  const index = indexSource(SOURCE);
  const doubts = (text: string): string[] => checkDraft(index, SOURCE, text)!.doubts.map((d) => d.check);
  it('has support, and places where it has it', () => {
    expect(checkDraft(index, SOURCE, 'He takes ibuprofen 400 mg twice a day.')).toMatchObject({ doubts: [], places: expect.arrayContaining([expect.objectContaining({ start: expect.any(Number) })]) });
  });
  it.each([['He takes ibuprofen 800 mg twice a day.', 'dose'], ['Start warfarin.', 'drug'], ['Right knee pain.', 'side'], ['The picture is of gout.', 'condition']])('is doubted: %s', (text, check) => expect(doubts(text)).toContain(check));
  it('states nothing as a heading', () => expect(checkDraft(index, SOURCE, 'ASSESSMENT:')).toBeNull());
});

describe('omissions', () => {
  const of = (note: string): string[] => omissionsOf(indexSource(SOURCE), SOURCE, note).map((o) => `${o.kind}: ${o.what}`);
  it('are drugs, allergies, abnormal results and follow-ups', () => {
    expect(of('Left knee pain.')).toEqual(['drug: motrin', 'drug: meloxicam', expect.stringMatching(/^allergy: .*penicillin/), expect.stringMatching(/^result: .*8\.2/), expect.stringMatching(/^follow_up: come back/)]);
  });
  it('are none where the note has them, in other words too', () => {
    expect(of('Takes ibuprofen 400 mg. Allergy: penicillin gives a rash. A1c 8.2, high. Start meloxicam 15 mg. Return in three weeks: he will come back.')).toEqual([]);
  });
});

describe('a source', () => {
  const kinds = (source: string): string[] => findingsOf(indexSource(source), source).map((f) => f.kind);
  it('is ordinary', () => expect(kinds(SOURCE)).toEqual([]));
  it('has one speaker', () => expect(kinds(SOURCE.replaceAll('[patient]', '[doctor]'))).toEqual(['one_speaker']));
  it('has its speakers swapped', () => expect(kinds(SOURCE.replaceAll('[patient]', '[x]').replaceAll('[doctor]', '[patient]').replaceAll('[x]', '[doctor]'))).toEqual(['speakers_swapped']));
  it('contradicts itself in a dose', () => expect(findingsOf(indexSource('Takes metformin 500 mg. Metformin 850 mg was given.'), 'Takes metformin 500 mg. Metformin 850 mg was given.')).toMatchObject([{ kind: 'contradiction', what: 'metformin: 500 mg and 850 mg' }]));
});
