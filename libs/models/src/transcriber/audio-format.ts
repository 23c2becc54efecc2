/** Forms of recordings that transcribers take. */
export const AUDIO_FORMATS = ['wav', 'mp3', 'm4a', 'ogg', 'flac', 'webm'] as const;
export type AudioFormat = (typeof AUDIO_FORMATS)[number];

/** What a recording is by its first bytes, whatever its name says; null where it is none of these. */
export function audioFormat(bytes: Buffer): AudioFormat | null {
  const ascii = (from: number, to: number): string => bytes.toString('latin1', from, to);
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WAVE') return 'wav';
  if (ascii(0, 3) === 'ID3' || (bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0)) return 'mp3';
  if (ascii(4, 8) === 'ftyp') return 'm4a';
  if (ascii(0, 4) === 'OggS') return 'ogg';
  if (ascii(0, 4) === 'fLaC') return 'flac';
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x1a45dfa3 ? 'webm' : null;
}
