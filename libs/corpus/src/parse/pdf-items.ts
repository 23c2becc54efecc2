import type { TextItem } from 'pdfjs-dist/types/src/display/api.js';
import type { PdfLine } from './pdf-lines.js';

type OpenLine = PdfLine & { items: { text: string; left: number }[]; rightToLeft: number };

/** The runs of text of a page, put together to lines in the order in which the page draws them. */
export function linesOf(items: TextItem[]): PdfLine[] {
  const lines: OpenLine[] = [];
  let open: OpenLine | null = null;
  for (const item of items) {
    if (item.str !== '') {
      const [left, y] = [item.transform[4] as number, item.transform[5] as number];
      if (open && Math.abs(open.y - y) > item.height && item.height > 0) open = null;
      if (!open) lines.push((open = { text: '', y, left, right: left, height: item.height, font: item.fontName, items: [], rightToLeft: 0 }));
      extend(open, item, left);
    }
    if (item.hasEOL) open = null;
  }
  return lines.map((line) => ({ text: textOf(line), y: line.y, left: line.left, right: line.right, height: line.height, font: line.font }));
}

function extend(line: OpenLine, item: TextItem, left: number): void {
  line.items.push({ text: item.str, left });
  line.left = Math.min(line.left, left);
  line.right = Math.max(line.right, left + item.width);
  line.height = Math.max(line.height, item.height);
  if (item.dir === 'rtl') line.rightToLeft += item.str.length;
  if (item.str.trim() !== '' && item.fontName !== line.font) line.font = null;
}

/** The library gives each run of a right-to-left script in the order it is read, and the runs of a line as they were drawn. */
function textOf(line: OpenLine): string {
  const length = line.items.reduce((sum, i) => sum + i.text.length, 0);
  const rightToLeft = line.items.length > 1 && line.rightToLeft > length / 2;
  const items = rightToLeft ? [...line.items].sort((a, b) => b.left - a.left) : line.items;
  return items.map((i) => i.text).join('');
}
