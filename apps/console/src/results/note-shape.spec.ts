import { describe, expect, it } from '@jest/globals';
import { markedPieces, sourcesOf } from './note-shape.js';

describe('a draft beside its source', () => {
  it('marks what a sentence rests on, where spans overlap too', () => {
    expect(markedPieces('abcdefgh', [{ start: 1, end: 4 }, { start: 3, end: 5 }])).toEqual([{ text: 'a', marked: false }, { text: 'bc', marked: true }, { text: 'd', marked: true }, { text: 'e', marked: true }, { text: 'fgh', marked: false }]);
    expect(markedPieces('abc', [])).toEqual([{ text: 'abc', marked: false }]);
    expect(markedPieces('abc', [{ start: 2, end: 9 }]).map(({ text }) => text).join('')).toBe('abc');
  });

  it('has the texts that the run was given, and says nothing of bytes', () => {
    expect(sourcesOf({ notes: [{ name: 'a.txt', text: 'x' }, { name: 'b.pdf', base64: 'AA==' }] })).toEqual([{ name: 'a.txt', text: 'x' }]);
    expect(sourcesOf({ transcript: 'Doctor: hello' })).toEqual([{ name: 'transcript', text: 'Doctor: hello' }]);
  });
});
