import { HoldfastError } from '#contracts';

/**
 * The text of a file: by its byte order mark, by `charset` where given, as UTF-8, and else as Windows-1252, which most
 * other texts are.
 * @throws HoldfastError `file_unreadable` where the bytes are no text.
 */
export function decodeText(bytes: Buffer, charset?: string): string {
  const marked = byMark(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  if (isBinary(bytes)) throw new HoldfastError('file_unreadable', 'The file is neither text nor a format that can be read. PDF, Markdown, text and HTML can.');
  for (const label of [charset, 'utf-8']) {
    const text = label ? decodeStrictly(bytes, label) : null;
    if (text !== null) return text;
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

function byMark(b: Buffer): string | null {
  if (b[0] === 0xff && b[1] === 0xfe) return 'utf-16le';
  return b[0] === 0xfe && b[1] === 0xff ? 'utf-16be' : null;
}

function decodeStrictly(bytes: Buffer, label: string): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** No text has a NUL in it; the start tells. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 65_536).includes(0);
}
