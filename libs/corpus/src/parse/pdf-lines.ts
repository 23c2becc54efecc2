/** A line of a page: `y` is its baseline in points from below, `height` that of its letters. */
export type PdfLine = { text: string; y: number; height: number };

/** A gap of more than this many times the letters' height starts a paragraph. */
const PARAGRAPH_GAP = 1.9;

/**
 * Lines as running text: a word parted at a line's end is joined, lines of a paragraph are joined by a blank,
 * paragraphs are apart by a blank line.
 */
export function linesToText(lines: PdfLine[]): string {
  let text = '';
  let above: PdfLine | null = null;
  for (const line of lines) {
    const words = line.text.replace(/\s+/g, ' ').trim();
    if (words === '') continue;
    text = above === null ? words : joinLine(text, words, isParagraph(above, line));
    above = line;
  }
  return text;
}

function isParagraph(above: PdfLine, line: PdfLine): boolean {
  const gap = above.y - line.y;
  const height = Math.max(above.height, line.height);
  // Upwards means a new column, where the sentence usually goes on.
  return height > 0 && gap > PARAGRAPH_GAP * height;
}

function joinLine(text: string, line: string, paragraph: boolean): string {
  if (paragraph) return `${text}\n\n${line}`;
  if (/\p{L}[-\u00ad\u2010]$/u.test(text) && /^\p{Ll}/u.test(line)) return text.slice(0, -1) + line;
  // A number's range, or a name with a hyphen, keeps it.
  return /[\p{L}\p{N}][-\u2010-\u2013]$/u.test(text) && /^[\p{L}\p{N}]/u.test(line) ? text + line : `${text} ${line}`;
}
