/** A line of a page, in points from the lower left: `y` is its baseline, `left` and `right` where it starts and ends, `height` that of its letters. */
export type PdfLine = { text: string; y: number; left: number; right: number; height: number; /** Null where the line has several. */ font: string | null };

/** A gap of more than this many times the letters' height starts a paragraph. */
const PARAGRAPH_GAP = 1.9;
/** A line that ends before this share of the page's widest did not have to end there. */
const FULL_LINE = 0.9;

/**
 * Lines as running text: a word parted at a line's end is joined, lines of a paragraph are joined by a blank,
 * paragraphs and headings are apart by a blank line.
 */
export function linesToText(lines: PdfLine[]): string {
  const full = FULL_LINE * Math.max(0, ...lines.map((l) => l.right));
  let text = '';
  let above: PdfLine | null = null;
  for (const line of lines) {
    const words = line.text.replace(/\s+/g, ' ').trim();
    if (words === '') continue;
    text = above === null ? words : joinLine(text, words, startsParagraph(above, line, full));
    above = line;
  }
  return text;
}

function startsParagraph(above: PdfLine, line: PdfLine, full: number): boolean {
  const height = Math.max(above.height, line.height);
  // Upwards means a new column, where the sentence usually goes on.
  if (height > 0 && above.y - line.y > PARAGRAPH_GAP * height) return true;
  return above.right < full && above.font !== null && line.font !== null && above.font !== line.font;
}

function joinLine(text: string, line: string, paragraph: boolean): string {
  if (paragraph) return `${text}\n\n${line}`;
  if (/\p{L}[-\u00ad\u2010]$/u.test(text) && /^\p{Ll}/u.test(line)) return text.slice(0, -1) + line;
  // A number's range, or a name with a hyphen, keeps it.
  return /[\p{L}\p{N}][-\u2010-\u2013]$/u.test(text) && /^[\p{L}\p{N}]/u.test(line) ? text + line : `${text} ${line}`;
}
