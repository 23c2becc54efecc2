/** A text folded for comparison; `at[i]` is the offset in the original of the folded text's i-th character. */
export type Folded = { text: string; at: number[] };

const SAME = new Map<string, string>([
  ...['\u2018', '\u2019', '\u201a', '\u201b', '\u2032', '\u0060', '\u00b4'].map((c) => [c, "'"] as const),
  ...['\u201c', '\u201d', '\u201e', '\u201f', '\u00ab', '\u00bb', '\u2033'].map((c) => [c, '"'] as const),
  ...['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212', '\ufe63', '\uff0d'].map((c) => [c, '-'] as const),
]);
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/;
const LIGATURE = /[\ufb00-\ufb06]/;

/**
 * Evens out what copying a text changes: any white space is one blank, quotation marks and dashes are ASCII, ligatures
 * are letters, accents are apart from their letter, invisible characters are gone. A hyphen between letters is gone
 * too, at a line's end or within it, since nobody can tell which of the two it was. Superscripts and other forms of a
 * digit stay: they change a number.
 */
export function fold(original: string): Folded {
  let text = '';
  const at: number[] = [];
  for (let i = 0; i < original.length; ) {
    const c = String.fromCodePoint(original.codePointAt(i)!);
    const joined = isHyphen(c) && /\p{L}\p{M}*$/u.test(text) ? /^(?:[ \t]*\r?\n\s*)?(?=\p{L})/u.exec(original.slice(i + 1, i + 16)) : null;
    if (joined) {
      i += 1 + joined[0].length;
      continue;
    }
    for (const unit of folded(c, text)) {
      text += unit;
      at.push(i);
    }
    i += c.length;
  }
  return { text, at };
}

/** What a character becomes after `before`, in UTF-16 units. */
function folded(c: string, before: string): string[] {
  if (/\s/u.test(c)) return before.endsWith(' ') ? [] : [' '];
  if (INVISIBLE.test(c)) return [];
  return (SAME.get(c) ?? c.normalize(LIGATURE.test(c) ? 'NFKC' : 'NFD')).split('');
}

const isHyphen = (c: string): boolean => (SAME.get(c) ?? c) === '-' && c !== '\u2014' && c !== '\u2212';
