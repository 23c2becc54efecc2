import { extname } from 'node:path';
import { HoldfastError } from '#contracts';
import { readZip, type ZipEntry } from '../zip/read-zip.js';
import type { InnerFile } from './parsed.js';
import { MEDIA_TYPES } from './sniff.js';

/** What programs leave in archives for themselves. */
const LEFTOVER = /(?:^|\/)(?:__MACOSX\/|\.[^/]*$|Thumbs\.db$|desktop\.ini$)/i;

/** The readable files of an archive. One that may not be read is there with its reason, and harms none of the others. */
export function* archiveFiles(bytes: Buffer): Generator<InnerFile> {
  for (const entry of readZip(bytes)) {
    if (LEFTOVER.test(entry.name) || !(extname(entry.name).toLowerCase() in MEDIA_TYPES)) continue;
    yield take(entry);
  }
}

function take(entry: ZipEntry): InnerFile {
  const refuse = (code: 'archive_unsafe', detail: string): InnerFile => ({ name: entry.name, refused: { code, detail } });
  if (leadsOut(entry.name)) return refuse('archive_unsafe', 'The entry’s name leads out of the archive. It was not taken.');
  if (extname(entry.name).toLowerCase() === '.zip') return refuse('archive_unsafe', 'An archive within an archive is not opened. Unpack it and ingest it for itself.');
  try {
    return { name: entry.name, bytes: entry.read() };
  } catch (error) {
    if (error instanceof HoldfastError) return { name: entry.name, refused: { code: error.code, detail: error.message } };
    throw error;
  }
}

function leadsOut(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  return name.startsWith('/') || /^[a-z]:/i.test(name) || /[\u0000-\u001f]/.test(name) || name.split('/').includes('..');
}
