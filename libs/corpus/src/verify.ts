import { fold } from './fold.js';

/** Shorter ones stand somewhere on every page and prove nothing. In characters after folding. */
const SHORTEST_QUOTE = 8;

/**
 * Where a quotation stands in a text, as character offsets [start, end) of that text; null where it does not. White
 * space, ligatures, hyphens and quotation marks are evened out (`fold`); every other character must be the same. A
 * match within a word or a number is none: "5 mg" does not stand in "2.5 mg".
 */
export function findQuote(quote: string, text: string): [number, number] | null {
  const wanted = fold(stripMarks(quote)).text.trim();
  if (wanted.length < SHORTEST_QUOTE) return null;
  const page = fold(text);
  for (let at = page.text.indexOf(wanted); at >= 0; at = page.text.indexOf(wanted, at + 1)) {
    if (!standsAlone(page.text, at, at + wanted.length)) continue;
    const last = page.at[at + wanted.length - 1]!;
    return [page.at[at]!, last + String.fromCodePoint(text.codePointAt(last)!).length];
  }
  return null;
}

/** Quotation marks round the whole, and dots that say something was left out at either end. */
function stripMarks(quote: string): string {
  return quote
    .trim()
    .replace(/^(?:["'“”„«»‘’]|\.\.\.|…|\s)+/u, '')
    .replace(/(?:["'“”«»‘’]|\.\.\.|…|\s)+$/u, '');
}

function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 3), start);
  const after = text.slice(end, end + 3);
  const first = text.slice(start, start + 2);
  const last = text.slice(Math.max(start, end - 2), end);
  if (/[\p{L}\p{N}\p{M}]$/u.test(before) && /^[\p{L}\p{N}]/u.test(first)) return false;
  if (/^\p{M}/u.test(after) || (/[\p{L}\p{N}]$/u.test(last) && /^[\p{L}\p{N}]/u.test(after))) return false;
  // A decimal point, a group's comma or a sign belongs to its number.
  if (/^\d/.test(first) && /(?:\d[.,]|(?:^|[^\p{L}\p{N}])[-+])$/u.test(before)) return false;
  return !(/\d$/.test(last) && /^[.,]\d/.test(after));
}
