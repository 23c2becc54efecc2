import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { existing, PathRefused, writable } from './paths.js';

/** A text as people see it, and how it is written down. */
export type TextFile = {
  /** Lines end in LF here. */
  text: string;
  crlf: boolean;
  encoding: 'utf8' | 'utf16le' | 'utf16be';
  bom: boolean;
};

const MAX_BYTES = 4_194_304;

/** @throws PathRefused where it is missing, outside, no regular file, binary or too large. */
export async function readText(tree: string, path: string): Promise<TextFile> {
  const file = await existing(tree, path);
  // A pipe would be waited for.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new PathRefused(`${path} is a folder or no ordinary file.`);
    if (info.size > MAX_BYTES) throw new PathRefused(`${path} has ${info.size} bytes, too many to open as text. Use search or a command.`);
    return decode(await handle.readFile(), path);
  } finally {
    await handle.close();
  }
}

/** Writes a text the way it was written down before. */
export async function writeText(tree: string, path: string, content: TextFile): Promise<{ file: string; madeBelow: string }> {
  const place = await writable(tree, path);
  const handle = await open(place.file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644);
  try {
    await handle.writeFile(encode(content));
  } finally {
    await handle.close();
  }
  return place;
}

export const plainText = (text: string): TextFile => ({ text, crlf: false, encoding: 'utf8', bom: false });

export function decode(bytes: Buffer, path: string): TextFile {
  const { encoding, bom } = encodingOf(bytes);
  if (encoding === 'utf8' && bytes.includes(0)) throw new PathRefused(`${path} is binary.`);
  const body = bytes.subarray(bom ? (encoding === 'utf8' ? 3 : 2) : 0);
  const raw = new TextDecoder(encoding === 'utf8' ? 'utf-8' : encoding === 'utf16le' ? 'utf-16le' : 'utf-16be', { ignoreBOM: true }).decode(body);
  if (raw.includes('\ufffd') && !body.includes(Buffer.from('\ufffd'))) throw new PathRefused(`${path} is not valid UTF-8: it would be damaged.`);
  const breaks = raw.match(/\r?\n/g) ?? [];
  // Mixed line ends stay as they are.
  const crlf = breaks.length > 0 && breaks.every((b) => b === '\r\n');
  return { text: crlf ? raw.replaceAll('\r\n', '\n') : raw, crlf, encoding, bom };
}

export function encode({ text, crlf, encoding, bom }: TextFile): Buffer {
  const body = (bom ? '\ufeff' : '') + (crlf ? text.replaceAll('\n', '\r\n') : text);
  if (encoding === 'utf8') return Buffer.from(body, 'utf8');
  const little = Buffer.from(body, 'utf16le');
  return encoding === 'utf16le' ? little : little.swap16();
}

function encodingOf(bytes: Buffer): Pick<TextFile, 'encoding' | 'bom'> {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf16le', bom: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf16be', bom: true };
  return { encoding: 'utf8', bom: bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf };
}
