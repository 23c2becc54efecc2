import type { PDFPageProxy } from 'pdfjs-dist/types/src/display/api.js';
import type { PageRegion } from './parsed.js';

export type Box = PageRegion['box'];
export const WHOLE_PAGE: Box = [0, 0, 1, 1];

/** A figure takes at least so much of its page, as shares of its area and of either side; less is a logo or a rule. */
const LEAST_AREA = 0.03;
const LEAST_SIDE = 0.08;
/** Of one page; a page of many small pictures is a table of icons. */
const MOST_FIGURES = 4;

/** As PDF writes them: x' = a·x + c·y + e, y' = b·x + d·y + f. */
type Matrix = [number, number, number, number, number, number];
const times = ([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix => [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];

/** Where a page's pictures stand, the largest first, as shares of the page as it is shown: left, top, width, height. */
export async function figuresOf(page: PDFPageProxy): Promise<Box[]> {
  const { OPS } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const { fnArray, argsArray } = await page.getOperatorList();
  const viewport = page.getViewport({ scale: 1 });
  const paints = new Set<number>([OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject]);
  const boxes: Box[] = [];
  const stack: Matrix[] = [];
  let at = viewport.transform as Matrix;
  fnArray.forEach((op, i) => {
    const args = argsArray[i] as unknown[] | null;
    if (op === OPS.save || op === OPS.paintFormXObjectBegin) stack.push(at);
    if (op === OPS.restore || op === OPS.paintFormXObjectEnd) at = stack.pop() ?? at;
    const moved = op === OPS.transform ? args : op === OPS.paintFormXObjectBegin ? (args?.[0] as unknown[] | null) : null;
    if (moved) at = times(at, [...moved] as Matrix);
    if (paints.has(op)) boxes.push(boxOf(at, viewport.width, viewport.height));
  });
  const large = boxes.filter(([, , w, h]) => w >= LEAST_SIDE && h >= LEAST_SIDE && w * h >= LEAST_AREA);
  return large.sort((a, b) => b[2] * b[3] - a[2] * a[3]).slice(0, MOST_FIGURES);
}

/** A picture fills the unit square of its own space. */
function boxOf([a, b, c, d, e, f]: Matrix, width: number, height: number): Box {
  const xs = [e, a + e, c + e, a + c + e].map((x) => share(x / width));
  const ys = [f, b + f, d + f, b + d + f].map((y) => share(y / height));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, share(Math.max(...xs) - left), share(Math.max(...ys) - top)];
}

const share = (x: number): number => Math.round(Math.min(1, Math.max(0, x)) * 10_000) / 10_000;
