import { getDocument, GlobalWorkerOptions, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import { findQuote } from './find-quote.js';

GlobalWorkerOptions.workerSrc = worker;
/** Where the API has the fonts, character maps and decoders of the reader's package. */
const PARTS = `${location.origin}/console/pdf`;
/** Of a letter's height: how far it goes below its line. */
const BELOW = 0.22;

/** A part of a page: left, top, width, height, as shares of it in [0,1]. */
export type Box = [left: number, top: number, width: number, height: number];
export type DrawnPage = { width: number; height: number; boxes: Box[] };

/**
 * Draws a page of a PDF into a canvas, as wide as `width` CSS pixels, and says where `quote` stands on it.
 * @param n from 1 @returns its size in CSS pixels; throws where the file or the page cannot be read
 */
export async function drawPage(bytes: ArrayBuffer, n: number, quote: string, canvas: HTMLCanvasElement, width: number, signal: AbortSignal): Promise<DrawnPage> {
  const task = getDocument({ data: new Uint8Array(bytes), cMapUrl: `${PARTS}/cmaps/`, standardFontDataUrl: `${PARTS}/standard_fonts/`, wasmUrl: `${PARTS}/wasm/`, enableXfa: false });
  try {
    const page = await (await task.promise).getPage(n);
    const plain = page.getViewport({ scale: 1 });
    const scale = width / plain.width;
    const viewport = page.getViewport({ scale: scale * Math.min(2, Math.max(1, devicePixelRatio)) });
    Object.assign(canvas, { width: Math.ceil(viewport.width), height: Math.ceil(viewport.height) });
    const drawing = page.render({ canvas, viewport, background: 'white' });
    signal.addEventListener('abort', () => drawing.cancel(), { once: true });
    const [boxes] = await Promise.all([boxesOf(page, quote), drawing.promise]);
    return { width, height: plain.height * scale, boxes };
  } finally {
    await task.destroy();
  }
}

async function boxesOf(page: PDFPageProxy, quote: string): Promise<Box[]> {
  const { items } = await page.getTextContent();
  const runs = items.flatMap((item) => ('str' in item && item.str !== '' ? [{ text: item.str, transform: item.transform as number[], width: item.width, height: item.height }] : []));
  const viewport = page.getViewport({ scale: 1 });
  return findQuote(runs, quote).map(({ run, from, to }): Box => {
    const { transform, width, height } = runs[run]!;
    const [a, b, , , x, y] = transform as [number, number, number, number, number, number];
    // Along the line, and upwards from it, each one unit long: text may be turned.
    const [across, along] = [Math.hypot(a, b) || 1, width];
    const [ux, uy] = [a / across, b / across];
    const corner = (far: number, up: number): [number, number] => viewport.convertToViewportPoint(x + ux * along * far - uy * height * up, y + uy * along * far + ux * height * up) as [number, number];
    const corners = [corner(from, -BELOW), corner(to, -BELOW), corner(from, 1), corner(to, 1)];
    const [xs, ys] = [corners.map(([px]) => px / viewport.width), corners.map(([, py]) => py / viewport.height)];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
  });
}
