import { describe, expect, it } from '@jest/globals';
import { applyHunks, parseBlocks } from './edit.js';
import { decode, encode } from './text-file.js';

const FILE = 'def f(x):\n    if x:\n        return 1\n    return 2\n\ndef g(x):\n    return 2\n';

describe('an edit', () => {
  it('replaces the one place where the old text stands', () => {
    expect(applyHunks(FILE, [{ old: '        return 1', new: '        return 3' }])).toEqual({ ok: true, loose: false, text: FILE.replace('return 1', 'return 3') });
  });

  it('refuses a text that stands twice, and says where', () => {
    expect(applyHunks(FILE, [{ old: '    return 2', new: '' }])).toEqual({ ok: false, reason: expect.stringContaining('2 places (lines 4, 7)') });
  });

  it('takes wrong indentation, and moves the new lines as the old ones were', () => {
    const result = applyHunks(FILE, [{ old: 'if x:\n    return 1\n', new: 'if not x:\n    return 0\n' }]);
    expect(result).toEqual({ ok: true, loose: true, text: FILE.replace('    if x:\n        return 1', '    if not x:\n    return 0'.replace('\n    return', '\n        return')) });
  });

  it('applies all hunks or none', () => {
    const result = applyHunks(FILE, [{ old: 'def f(x)', new: 'def f(y)' }, { old: 'nowhere', new: '' }]);
    expect(result).toEqual({ ok: false, reason: expect.stringMatching(/^Hunk 2: .*not in the file.*No hunk was applied/) });
  });

  it('reads several hunks from one text', () => {
    expect(parseBlocks('<<<<<<< SEARCH\na\nb\n=======\nc\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nd\n=======\n>>>>>>> REPLACE')).toEqual([{ old: 'a\nb', new: 'c' }, { old: 'd', new: '' }]);
    expect(parseBlocks('nothing of the kind')).toBeNull();
  });
});

describe('a text file', () => {
  it.each([
    ['CRLF', Buffer.from('a\r\nb\r\n')],
    ['mixed line ends', Buffer.from('a\r\nb\n')],
    ['UTF-16', Buffer.from('\ufeffa\r\nbé\r\n', 'utf16le')],
    ['UTF-16, the other way round', Buffer.from('\ufeffa\nb', 'utf16le').swap16()],
    ['UTF-8 with a mark', Buffer.from('\ufeffa\n')],
  ])('of %s is written as it was', (_name, bytes) => {
    const file = decode(Buffer.from(bytes), 'f');
    expect(encode(file).equals(Buffer.from(bytes))).toBe(true);
    expect(file.text.replaceAll('\r', '')).toMatch(/^a\nb?/);
  });

  it('that is binary or of another encoding is refused, since it would be damaged', () => {
    expect(() => decode(Buffer.from([0x41, 0, 0x42]), 'f')).toThrow('binary');
    expect(() => decode(Buffer.from([0x41, 0xe9, 0x42]), 'f')).toThrow('not valid UTF-8');
  });
});
