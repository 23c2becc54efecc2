import { fileURLToPath } from 'node:url';
import { HoldfastError } from '#contracts';
import type { TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { type ParsedPage, plainPage } from './parsed.js';
import { linesToText, type PdfLine } from './pdf-lines.js';

const ASSETS = new URL('../../', import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs'));
const folder = (name: string): string => fileURLToPath(new URL(`${name}/`, ASSETS));

/**
 * The pages of a PDF with their text, numbered from 1; pages without text are left out.
 * @throws HoldfastError `file_encrypted` where it needs a password, `file_unreadable` where it is broken.
 */
export async function parsePdf(bytes: Buffer, signal: AbortSignal): Promise<ParsedPage[]> {
  // Loaded on first use: it is large, and most processes never read a PDF.
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({
    // The library takes the buffer over.
    data: new Uint8Array(bytes),
    cMapUrl: folder('cmaps'),
    standardFontDataUrl: folder('standard_fonts'),
    wasmUrl: folder('wasm'),
    verbosity: VerbosityLevel.ERRORS,
    disableFontFace: true,
    stopAtErrors: false,
  });
  try {
    const document = await task.promise;
    const pages: ParsedPage[] = [];
    for (let n = 1; n <= document.numPages; n++) {
      signal.throwIfAborted();
      const page = await document.getPage(n);
      const { items } = await page.getTextContent();
      const text = linesToText(linesOf(items.filter((item): item is TextItem => 'str' in item)));
      if (text !== '') pages.push(plainPage(n, text));
      page.cleanup();
    }
    return pages;
  } catch (error) {
    if (signal.aborted) throw error;
    throw toFailure(error);
  } finally {
    await task.destroy();
  }
}

/** The runs of text of a page, put together to lines in the order in which the page draws them. */
function linesOf(items: TextItem[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let open: PdfLine | null = null;
  for (const item of items) {
    if (item.str !== '') {
      const y: number = item.transform[5];
      const right: number = item.transform[4] + item.width;
      if (open && Math.abs(open.y - y) > item.height && item.height > 0) open = null;
      if (open) extend(open, item, right);
      else lines.push((open = { text: item.str, y, right, height: item.height, font: item.fontName }));
    }
    if (item.hasEOL) open = null;
  }
  return lines;
}

function extend(line: PdfLine, item: TextItem, right: number): void {
  line.text += item.str;
  line.right = Math.max(line.right, right);
  if (item.str.trim() !== '' && item.fontName !== line.font) line.font = null;
}

function toFailure(cause: unknown): HoldfastError {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'PasswordException') return new HoldfastError('file_encrypted', 'The PDF is encrypted. Save it without a password and ingest it again.', { cause });
  return new HoldfastError('file_unreadable', 'The PDF is broken or not a PDF. Open it in a viewer; if it opens there, print it to a new PDF and ingest that.', { cause });
}
