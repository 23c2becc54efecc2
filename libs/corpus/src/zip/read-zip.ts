import { inflateRawSync } from 'node:zlib';
import { HoldfastError } from '#contracts';

/** `size` is what the archive says the entry has unpacked, in bytes; `read` holds it to that. */
export type ZipEntry = { name: string; size: number; encrypted: boolean; read(): Buffer };

/** Unpacked, an archive has at most so many bytes, so many entries, and so many times its own size. */
export type ZipLimits = { bytes: number; entries: number; ratio: number };
export const ZIP_LIMITS: ZipLimits = { bytes: 1 << 30, entries: 10_000, ratio: 250 };

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record and the longest comment behind it. */
const END_SPAN = 22 + 0xffff;
/** Below this a high ratio is a file of blanks and no bomb. */
const RATIO_FROM = 16 << 20;

/**
 * The files of a zip archive by its central directory (PKWARE's APPNOTE 6.3.10, without ZIP64 and split archives);
 * folders are left out. Nothing is unpacked before an entry's `read`.
 * @throws HoldfastError `file_unreadable` where it is broken, `archive_bomb` where it would unpack to more than `limits`.
 */
export function readZip(bytes: Buffer, limits: ZipLimits = ZIP_LIMITS): ZipEntry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > limits.entries) throw bomb(`it has ${count} entries and at most ${limits.entries} are taken`);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  let unpacked = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw broken();
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => bytes.readUInt16LE(at + o)) as [number, number, number];
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength), (bytes.readUInt16LE(at + 8) & 0x800) !== 0);
    const size = bytes.readUInt32LE(at + 24);
    unpacked += size;
    if (unpacked > limits.bytes || (unpacked > RATIO_FROM && unpacked > limits.ratio * bytes.length)) throw bomb(`${bytes.length} bytes would unpack to more than ${unpacked}`);
    if (!name.endsWith('/')) entries.push(entryAt(bytes, at, name, size));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

function entryAt(bytes: Buffer, at: number, name: string, size: number): ZipEntry {
  const method = bytes.readUInt16LE(at + 10);
  const encrypted = (bytes.readUInt16LE(at + 8) & 1) !== 0;
  const packed = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42);
  return {
    name,
    size,
    encrypted,
    read() {
      if (encrypted) throw new HoldfastError('file_encrypted', 'This part of the archive is encrypted. Unpack it and ingest the files.');
      if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) throw broken();
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + packed);
      if (method === 0 && data.length === size) return data;
      if (method !== 8) throw broken();
      return inflate(data, size);
    },
  };
}

/** A directory that understates a size is how a bomb hides. */
function inflate(data: Buffer, size: number): Buffer {
  try {
    const out = inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
    if (out.length === size) return out;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw bomb('an entry unpacks to more than it says');
    throw broken(cause);
  }
  throw broken();
}

function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - END_SPAN); at--) if (bytes.readUInt32LE(at) === END) return at;
  throw broken();
}

/** Names without the UTF-8 mark are in code page 437 by the letter of the law, and in practice UTF-8 where they can be. */
function nameOf(raw: Buffer, utf8: boolean): string {
  const text = raw.toString('utf8');
  return (utf8 || !text.includes('\ufffd') ? text : raw.toString('latin1')).replaceAll('\\', '/');
}

function bomb(why: string): HoldfastError {
  return new HoldfastError('archive_bomb', `The archive unpacks to too much: ${why}. Unpack it yourself and ingest the files that you want.`);
}

function broken(cause?: unknown): HoldfastError {
  return new HoldfastError('file_unreadable', 'The archive is broken or cut off. Make it again.', cause === undefined ? {} : { cause });
}
