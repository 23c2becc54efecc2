import { extname } from 'node:path';
import { HoldfastError } from '#contracts';
import { decodeText } from './decode-text.js';
import { parseHtml } from './html.js';
import { parseMarkdown } from './markdown.js';
import { cleanText, type Parsed, type ParsedPage, plainPage } from './parsed.js';
import { parsePdf } from './pdf.js';

const MEDIA_TYPES: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'text/html',
  '.txt': 'text/plain',
  '.text': 'text/plain',
};
/** Names' endings that a folder is searched for. */
export const READABLE_ENDINGS = Object.keys(MEDIA_TYPES);

/**
 * Reads a file's pages and sections; the format is told by its first bytes, then by its name.
 * @throws HoldfastError `file_encrypted`, `file_unreadable`, or `file_empty` where it holds no text.
 */
export async function parseFile(name: string, bytes: Buffer, signal: AbortSignal): Promise<Parsed> {
  const mediaType = mediaTypeOf(name, bytes);
  const pages = (await parsePages(mediaType, bytes, signal)).filter((p) => p.text.trim() !== '');
  if (pages.length === 0) throw new HoldfastError('file_empty', mediaType === 'application/pdf' ? 'The PDF has no text, only pictures of it perhaps. Run it through text recognition and ingest the result.' : 'The file has no text.');
  return { mediaType, pages };
}

async function parsePages(mediaType: string, bytes: Buffer, signal: AbortSignal): Promise<ParsedPage[]> {
  switch (mediaType) {
    case 'application/pdf':
      return (await parsePdf(bytes, signal)).map((p) => plainPage(p.page, cleanText(p.text)));
    case 'text/markdown':
      return parseMarkdown(cleanText(decodeText(bytes)));
    case 'text/html':
      return parseHtml(cleanText(decodeText(bytes, declaredCharset(bytes))));
    default:
      return [plainPage(0, cleanText(decodeText(bytes)).trim())];
  }
}

function mediaTypeOf(name: string, bytes: Buffer): string {
  // Readers accept a PDF whose header is within its first 1,024 bytes.
  if (bytes.subarray(0, 1_024).includes('%PDF-')) return 'application/pdf';
  return MEDIA_TYPES[extname(name).toLowerCase()] ?? (/^\s*<(?:!doctype html|html)\b/i.test(bytes.toString('latin1', 0, 512)) ? 'text/html' : 'text/plain');
}

function declaredCharset(bytes: Buffer): string | undefined {
  return /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 2_048))?.[1];
}
