import { describe, expect, it } from '@jest/globals';
import { divisionsOf } from './divisions.js';
import { rouge } from './rouge.js';

describe('rouge', () => {
  it('is what the definition gives', () => {
    const { r1, r2, rl } = rouge('the cat sat on the mat', 'The cat lay on a mat.');
    expect(r1).toBeCloseTo((2 * 4) / 12);
    expect(r2).toBeCloseTo((2 * 1) / 10);
    expect(rl).toBeCloseTo((2 * 4) / 12);
    expect(rouge('a b', 'a b')).toEqual({ r1: 1, r2: 1, rl: 1 });
    expect(rouge('', 'a b')).toEqual({ r1: 0, r2: 0, rl: 0 });
  });
});

describe('the divisions of a note', () => {
  it('are told by its headings', () => {
    const note = 'CHIEF COMPLAINT\n\nKnee pain.\n\nMEDICATIONS\n\nIbuprofen.\n\nPHYSICAL EXAM\n\nSwelling.\n\nRESULTS\n\nNo fracture.\n\nASSESSMENT AND PLAN\n\nRest.';
    expect(divisionsOf(note)).toEqual({ subjective: 'Knee pain.\n\nIbuprofen.', examination: 'Swelling.', results: 'No fracture.', plan: 'Rest.' });
    expect(divisionsOf('No headings at all.')).toBeNull();
  });
});
