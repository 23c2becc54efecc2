import { extname } from 'node:path';
import { HoldfastError } from '#contracts';
import { readZip } from '../zip/read-zip.js';

export const MEDIA_TYPES: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.xhtml': 'text/html',
  '.txt': 'text/plain',
  '.text': 'text/plain',
  '.csv': 'text/plain',
  '.tsv': 'text/plain',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.epub': 'application/epub+zip',
  '.zip': 'application/zip',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.webp': 'image/webp',
  '.pbm': 'image/x-portable-bitmap',
  '.pgm': 'image/x-portable-bitmap',
  '.ppm': 'image/x-portable-bitmap',
  '.pnm': 'image/x-portable-bitmap',
};

/** First bytes, in Latin-1, that say what a file is whatever its name. */
const MAGIC: [RegExp, string][] = [
  [/^\x89PNG\r\n/, 'image/png'],
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^BM[\s\S]{12}[(l|]\0\0\0/, 'image/bmp'],
  [/^RIFF[\s\S]{4}WEBP/, 'image/webp'],
  [/^P[1-6]\s+(?:#[^\n]*\n\s*)*\d+\s+\d+/, 'image/x-portable-bitmap'],
];
/** Of Microsoft's compound files: Office documents before 2007, and every encrypted one. */
const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ENCRYPTED_STREAM = Buffer.from('EncryptedPackage', 'utf16le');

/**
 * The media type by the first bytes, then by the name's ending: a file with the wrong ending is what it is.
 * @throws HoldfastError `file_encrypted`, `file_unreadable` for Office files of before 2007, errors of `readZip`.
 */
export function mediaTypeOf(name: string, bytes: Buffer): string {
  // Readers accept a PDF whose header is within its first 1,024 bytes.
  if (bytes.subarray(0, 1_024).includes('%PDF-')) return 'application/pdf';
  if (bytes.subarray(0, 8).equals(COMPOUND)) throw compoundFailure(bytes);
  const start = bytes.toString('latin1', 0, 512);
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return packageType(bytes);
  const magic = MAGIC.find(([pattern]) => pattern.test(start));
  if (magic) return magic[1];
  const named = MEDIA_TYPES[extname(name).toLowerCase()];
  if (/^\s*<(?:!doctype html|html)\b/i.test(start)) return 'text/html';
  return named?.startsWith('text/') ? named : 'text/plain';
}

/** Office and EPUB files are zip archives; their parts tell which. */
function packageType(bytes: Buffer): string {
  const names = new Set(readZip(bytes).map((e) => e.name));
  if (names.has('META-INF/container.xml')) return MEDIA_TYPES['.epub']!;
  if (!names.has('[Content_Types].xml')) return 'application/zip';
  const ending = ([['word/', '.docx'], ['ppt/', '.pptx'], ['xl/', '.xlsx']] as const).find(([folder]) => [...names].some((n) => n.startsWith(folder)))?.[1];
  return ending ? MEDIA_TYPES[ending]! : 'application/zip';
}

function compoundFailure(bytes: Buffer): HoldfastError {
  if (bytes.includes(ENCRYPTED_STREAM)) return new HoldfastError('file_encrypted', 'The document needs a password. Save it without one and ingest it again.');
  return new HoldfastError('file_unreadable', 'The document is of a format from before 2007. Save it as .docx, .xlsx, .pptx or PDF and ingest that.');
}
