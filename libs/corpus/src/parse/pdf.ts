import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '#contracts';
import type { Canvas } from '@napi-rs/canvas';
import type { PDFDocumentProxy, PDFPageProxy, TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { recognise } from './ocr.js';
import { cleanText, type InnerFile, type ParsedPage, plainPage } from './parsed.js';
import { linesOf } from './pdf-items.js';
import { cropped } from './crop.js';
import { type Box, figuresOf, WHOLE_PAGE } from './pdf-pictures.js';
import { inReadingOrder } from './pdf-layout.js';
import { linesToText } from './pdf-lines.js';
import { outlineOf, sectionsOf } from './pdf-outline.js';
import { toleratePdfRejections } from './pdf-rejections.js';

const ASSETS = new URL('../../', import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs'));
const folder = (name: string): string => fileURLToPath(new URL(`${name}/`, ASSETS));

/** Fewer letters on a page are a stamp or a page number on a picture of the text. */
const FEWEST_LETTERS = 24;
/** A scan is drawn for recognition at so many dots an inch, and no larger than so many dots across. */
const DPI = 200;
const MOST_DOTS = 4_000;

/** An open PDF, whose pages are read one by one. */
export type PdfReader = { pages: number; /** Whether a page that was read is a picture in which no text was recognised. */ unrecognized(): boolean; read(page: number, signal: AbortSignal): Promise<ParsedPage>; /** A part of a page as PNG. */ picture(page: number, box: Box): Promise<Buffer>; attachments(): Promise<InnerFile[]>; close(): Promise<void> };

/**
 * Opens a PDF. Pages are numbered from 1, their sections are those of its outline; one that is a picture has its text recognised, and is empty where that fails.
 * @throws HoldfastError `file_encrypted` where it needs a password, `file_unreadable` where it is broken; so does `read`.
 */
export async function openPdf(bytes: Buffer, options: { pictures?: boolean } = {}): Promise<PdfReader> {
  // Loaded on first use: it is large, and most processes never read a PDF.
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  toleratePdfRejections();
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
    const headings = await outlineOf(document);
    let unrecognized = false;
    return {
      pages: document.numPages,
      unrecognized: () => unrecognized,
      read: async (n, signal) => {
        const { isScan, page } = await readPage(document, n, options.pictures === true, signal);
        unrecognized ||= isScan && page.text === '';
        return headings.length ? { ...page, sections: sectionsOf(n, page.text, headings) } : page;
      },
      picture: (n, box) => drawPart(document, n, box),
      attachments: () => attachmentsOf(document),
      close: () => task.destroy(),
    };
  } catch (error) {
    await task.destroy();
    throw toFailure(error);
  }
}

async function readPage(document: PDFDocumentProxy, n: number, pictures: boolean, signal: AbortSignal): Promise<{ page: ParsedPage; isScan: boolean }> {
  signal.throwIfAborted();
  try {
    const page = await document.getPage(n);
    const { items } = await page.getTextContent();
    const text = cleanText(linesToText(inReadingOrder(linesOf(items.filter((item): item is TextItem => 'str' in item)))));
    const isScan = isPicture(text) && (await hasPicture(page, text));
    const read = isScan ? await recognisePage(page, n, signal) : null;
    const parsed = read && read.text.length > text.length ? read : plainPage(n, text);
    // A scan that was read is no figure; one that was not is a picture as a whole.
    const shown = !pictures || parsed === read ? [] : isScan ? [WHOLE_PAGE] : await figuresOf(page);
    page.cleanup();
    return { page: shown.length ? { ...parsed, pictures: shown } : parsed, isScan };
  } catch (error) {
    if (signal.aborted) throw error;
    throw toFailure(error);
  }
}

const isPicture = (text: string): boolean => (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < FEWEST_LETTERS;

/** Also where the page has no letters and draws their shapes. */
async function hasPicture(page: PDFPageProxy, text: string): Promise<boolean> {
  const { OPS } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const { fnArray } = await page.getOperatorList();
  const pictures = new Set<number>([OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject]);
  return fnArray.some((op) => pictures.has(op)) || (text === '' && fnArray.filter((op) => op === OPS.constructPath).length >= FEWEST_LETTERS);
}

async function recognisePage(page: PDFPageProxy, n: number, signal: AbortSignal): Promise<ParsedPage | null> {
  const canvas = await draw(page);
  try {
    const { text, regions } = await recognise(canvas.toBuffer('image/png'), signal);
    return text === '' ? null : { ...plainPage(n, text), ...(regions.length ? { regions } : {}) };
  } catch (error) {
    // A page with a photograph and no text is no failure of the document.
    if (error instanceof HoldfastError) return null;
    throw error;
  }
}

async function draw(page: PDFPageProxy): Promise<Canvas> {
  const { createCanvas } = await import('@napi-rs/canvas');
  const plain = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: Math.min(DPI / 72, MOST_DOTS / Math.max(plain.width, plain.height)) });
  const canvas = createCanvas(Math.max(1, Math.ceil(viewport.width)), Math.max(1, Math.ceil(viewport.height)));
  await page.render({ canvas: canvas as never, viewport, background: 'white' }).promise;
  return canvas;
}

async function drawPart(document: PDFDocumentProxy, n: number, box: Box): Promise<Buffer> {
  const page = await document.getPage(n);
  const canvas = await draw(page);
  page.cleanup();
  return cropped(canvas, box);
}

/** Files that the PDF carries, read as files of their own. */
async function attachmentsOf(document: PDFDocumentProxy): Promise<InnerFile[]> {
  const files: InnerFile[] = [];
  for (const [id, { filename }] of (await document.getAttachments().catch(() => null)) ?? []) {
    const content: unknown = await document.getAttachmentContent(id).catch(() => null);
    if (content instanceof Uint8Array && content.length > 0) files.push({ name: basename(filename || 'attachment'), bytes: Buffer.from(content) });
  }
  return files;
}

function toFailure(cause: unknown): Error {
  if (cause instanceof HoldfastError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'PasswordException') return new HoldfastError('file_encrypted', 'The PDF is encrypted. Save it without a password and ingest it again.', { cause });
  return new HoldfastError('file_unreadable', 'The PDF is broken or not a PDF. Open it in a viewer; if it opens there, print it to a new PDF and ingest that.', { cause });
}
