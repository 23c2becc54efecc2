import type { PdfLine } from './pdf-lines.js';

/** Share of neighbours in drawing order that jump upwards within a column; more, and the page was drawn in no order. */
const MESSY = 0.12;
/** Fewer lines than this are in order whatever they are. */
const FEWEST = 6;
/** White between two columns, in letters' heights. */
const GUTTER = 1;

/**
 * Lines in the order in which people read them. Most programs draw a page in that order, and it is kept; where a page
 * jumps up and down, it is parted at its gutters into columns, each read from the top.
 */
export function inReadingOrder(lines: PdfLine[]): PdfLine[] {
  if (lines.length < FEWEST || !isMessy(lines)) return lines;
  return cut(lines, true);
}

function isMessy(lines: PdfLine[]): boolean {
  let jumps = 0;
  for (let i = 1; i < lines.length; i++) {
    const [above, line] = [lines[i - 1]!, lines[i]!];
    if (line.y > above.y + above.height && overlaps(above, line)) jumps++;
  }
  // One jump to the next column is how a page with columns is drawn.
  return jumps > Math.max(2, MESSY * lines.length);
}

const overlaps = (a: PdfLine, b: PdfLine): boolean => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0;

/** A recursive XY cut (Nagy and Seth, 1984): wide white first across, then down, until neither parts the lines. */
function cut(lines: PdfLine[], across: boolean): PdfLine[] {
  if (lines.length < 2) return lines;
  const groups = across ? columns(lines) : bands(lines);
  if (groups.length > 1) return groups.flatMap((g) => cut(g, !across));
  const others = across ? bands(lines) : columns(lines);
  if (others.length > 1) return others.flatMap((g) => cut(g, across));
  return [...lines].sort((a, b) => b.y - a.y || a.left - b.left);
}

function columns(lines: PdfLine[]): PdfLine[][] {
  const sorted = [...lines].sort((a, b) => a.left - b.left);
  return parted(sorted, (l) => [l.left, l.right], GUTTER);
}

function bands(lines: PdfLine[]): PdfLine[][] {
  const sorted = [...lines].sort((a, b) => b.y + b.height - (a.y + a.height));
  return parted(sorted, (l) => [-(l.y + l.height), -l.y], 1.2);
}

function parted(sorted: PdfLine[], span: (l: PdfLine) => [number, number], gap: number): PdfLine[][] {
  const groups: PdfLine[][] = [];
  let end = -Infinity;
  for (const line of sorted) {
    const [from, to] = span(line);
    if (from > end + gap * line.height || groups.length === 0) groups.push([line]);
    else groups.at(-1)!.push(line);
    end = Math.max(end, to);
  }
  return groups;
}
