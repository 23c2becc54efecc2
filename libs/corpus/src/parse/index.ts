import { HoldfastError } from '#contracts';
import { archiveFiles } from './archive.js';
import { decodeText } from './decode-text.js';
import { parseHtml } from './html.js';
import { parseMarkdown } from './markdown.js';
import { recognise } from './ocr.js';
import { parseDocx } from './office/docx.js';
import { parseEpub } from './office/epub.js';
import { parsePptx } from './office/pptx.js';
import { parseXlsx } from './office/xlsx.js';
import { cleanText, type InnerFile, type Parsed, type ParsedPage, plainPage } from './parsed.js';
import { openPdf } from './pdf.js';
import { WHOLE_PAGE } from './pdf-pictures.js';
import { MEDIA_TYPES, mediaTypeOf } from './sniff.js';

/** Names' endings that a folder is searched for. */
export const READABLE_ENDINGS = Object.keys(MEDIA_TYPES);

/** A file whose pages are read in ranges; `pages` is how many there are to read. An archive has inner files and no pages. */
export type OpenFile = { mediaType: string; pages: number; read(page: number, signal: AbortSignal): Promise<ParsedPage[]>; /** Whether a page that was read is a picture in which no text was recognised. */ unrecognized(): boolean; inner(): Promise<Iterable<InnerFile>>; close(): Promise<void> };

/** `pictures`: also tells where there are pictures that a model should read. */
export type ReadOptions = { pictures?: boolean };

/**
 * Opens a file; the format is told by its first bytes, then by its name.
 * @throws HoldfastError `file_encrypted`, `file_unreadable`, `archive_bomb`; so does `read`.
 */
export async function openFile(name: string, bytes: Buffer, options: ReadOptions = {}): Promise<OpenFile> {
  const mediaType = mediaTypeOf(name, bytes);
  const nothing = { unrecognized: () => mediaType.startsWith('image/'), inner: async () => [], close: async () => undefined };
  if (mediaType === 'application/zip') return { mediaType, pages: 0, read: async () => [], ...nothing, inner: async () => archiveFiles(bytes) };
  if (mediaType !== 'application/pdf') return { mediaType, pages: 1, read: (_page, signal) => readWhole(mediaType, bytes, options, signal), ...nothing };
  const pdf = await openPdf(bytes, options);
  return { mediaType, pages: pdf.pages, read: async (page, signal) => [await pdf.read(page, signal)], unrecognized: () => pdf.unrecognized(), inner: () => pdf.attachments(), close: () => pdf.close() };
}

/**
 * Reads all of a file.
 * @throws HoldfastError as `openFile`, `file_empty` where it holds no text, `text_unrecognized` where it holds nothing but pictures.
 */
export async function parseFile(name: string, bytes: Buffer, signal: AbortSignal): Promise<Parsed> {
  const file = await openFile(name, bytes);
  try {
    const pages: ParsedPage[] = [];
    for (let n = 1; n <= file.pages; n++) pages.push(...(await file.read(n, signal)).filter(hasText));
    const inner = [...(await file.inner())];
    if (pages.length === 0 && inner.length === 0) throw emptyFile(file);
    return { mediaType: file.mediaType, pages, ...(inner.length ? { inner } : {}) };
  } finally {
    await file.close();
  }
}

const hasText = (page: ParsedPage): boolean => page.text.trim() !== '';
/** A page with text, or with something for a model to read. */
export const saysSomething = (page: ParsedPage): boolean => hasText(page) || page.pictures !== undefined;

export function emptyFile(file: Pick<OpenFile, 'mediaType' | 'unrecognized'>): HoldfastError {
  if (file.mediaType === 'application/zip') return new HoldfastError('file_empty', 'The archive holds no file that can be read.');
  if (file.unrecognized()) return new HoldfastError('text_unrecognized', 'The file has no text but pictures, and none could be recognised in them. Scan it larger, or ingest a text of it.');
  return new HoldfastError('file_empty', 'The file has no text.');
}

async function readWhole(mediaType: string, bytes: Buffer, options: ReadOptions, signal: AbortSignal): Promise<ParsedPage[]> {
  switch (mediaType) {
    case 'text/markdown':
      return parseMarkdown(cleanText(decodeText(bytes)));
    case 'text/html':
      return parseHtml(cleanText(decodeText(bytes, declaredCharset(bytes))));
    case MEDIA_TYPES['.docx']:
      return parseDocx(bytes).map(cleaned);
    case MEDIA_TYPES['.pptx']:
      return parsePptx(bytes).map(cleaned);
    case MEDIA_TYPES['.xlsx']:
      return parseXlsx(bytes).map(cleaned);
    case MEDIA_TYPES['.epub']:
      return parseEpub(bytes);
    default:
      return mediaType.startsWith('image/') ? [await pictureOf(bytes, options, signal)] : [plainPage(0, cleanText(decodeText(bytes)).trim())];
  }
}

/** Fewer letters than this label a figure or a photograph: a model is to say what it shows. */
const LABELS = 200;

async function pictureOf(bytes: Buffer, options: ReadOptions, signal: AbortSignal): Promise<ParsedPage> {
  const { text, regions } = await recognise(bytes, signal).catch((error: unknown) => {
    if (options.pictures && error instanceof HoldfastError && error.code === 'text_unrecognized') return { text: '', regions: [] };
    throw error;
  });
  const shows = options.pictures && (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) < LABELS;
  return { ...plainPage(1, text), ...(regions.length ? { regions } : {}), ...(shows ? { pictures: [WHOLE_PAGE] } : {}) };
}

/** Length stays as it is, so that the sections' offsets do. */
// eslint-disable-next-line no-control-regex
const cleaned = (page: ParsedPage): ParsedPage => ({ ...page, text: page.text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ') });

function declaredCharset(bytes: Buffer): string | undefined {
  return /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 2_048))?.[1];
}
