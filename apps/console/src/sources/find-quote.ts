/** A run of text on a page: where it begins, and how far it goes, in any unit. */
export type TextRun = { text: string };
/** Letters `from` to `to` (exclusive) of run `run`, as shares of its length in [0,1]. */
export type Marked = { run: number; from: number; to: number };

/** Fewer letters than this may stand anywhere. */
const FEWEST_LETTERS = 12;

/**
 * Where a quotation stands among a page's runs of text, which come in the order in which the page draws them. Only letters
 * and digits are compared: a page parts words at line ends and spells ligatures. Where the quotation stands nowhere as a
 * whole, as on a page that is drawn in another order than it is read, the runs that are part of it are taken.
 */
export function findQuote(runs: readonly TextRun[], quote: string): Marked[] {
  const wanted = lettersOf(quote).text;
  if (wanted === '') return [];
  const folded = runs.map(({ text }) => lettersOf(text));
  const start = folded.map(({ text }) => text).join('').indexOf(wanted);
  if (start < 0) return folded.flatMap(({ text }, run) => (text.length >= FEWEST_LETTERS && wanted.includes(text) ? [{ run, from: 0, to: 1 }] : []));
  const found: Marked[] = [];
  let before = 0;
  folded.forEach(({ text, at }, run) => {
    const [from, to] = [Math.max(0, start - before), Math.min(text.length, start + wanted.length - before)];
    if (from < to) found.push({ run, from: at[from]! / runs[run]!.text.length, to: (at[to - 1]! + 1) / runs[run]!.text.length });
    before += text.length;
  });
  return found;
}

/** A text's letters and digits, small and plain, with the place of each in the text. */
function lettersOf(text: string): { text: string; at: number[] } {
  let letters = '';
  const at: number[] = [];
  for (let i = 0; i < text.length; ) {
    const sign = String.fromCodePoint(text.codePointAt(i)!);
    for (const letter of sign.normalize('NFKD').toLowerCase().match(/[\p{L}\p{N}]/gu) ?? []) {
      letters += letter;
      for (let n = 0; n < letter.length; n++) at.push(i);
    }
    i += sign.length;
  }
  return { text: letters, at };
}
