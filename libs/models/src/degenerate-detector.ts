import { deflateRawSync } from 'node:zlib';

export interface DegenerateDetector {
  /** Takes the next piece of text; true once the text is degenerate, and from then on. */
  push(text: string): boolean;
  readonly degenerate: boolean;
}

/** Characters of text that are looked at. */
const TAIL = 4_000;
const PROBE = 50;
/** A new probe every so many characters, so that a loop with a counter in it meets one that misses the counter. */
const STRIDE = 16;
/** Nine repeats within a short space, or three of something long: a list of like items has neither. */
const RULES = [
  { repeats: 9, maxGap: 250, minSpan: 400 },
  { repeats: 3, maxGap: 1_200, minSpan: 1_600 },
] as const;
const ALIKE = 0.95;
const COMPRESSED_TAIL = 2_000;
const MAX_COMPRESSION = 12;

/**
 * Watches a text while it streams for repetition without end (after gemini-cli's chunk rule: 50 characters, ten
 * times). Repeats count only where what stands between them repeats too, since valid JSON and tables repeat their
 * keys; differences in one place, such as a counter, are let pass. Deterministic: the verdict depends on the text
 * alone, and the first position where it is given on the text up to there.
 */
export function createDegenerateDetector(): DegenerateDetector {
  let tail = '';
  let unprobed = 0;
  let uncompressed = 0;
  let degenerate = false;

  function probe(): boolean {
    if (repeats(tail)) return true;
    if (uncompressed < COMPRESSED_TAIL / 4 || tail.length < COMPRESSED_TAIL) return false;
    uncompressed = 0;
    return compression(tail.slice(-COMPRESSED_TAIL)) > MAX_COMPRESSION;
  }

  return {
    push(text) {
      for (let at = 0; at < text.length && !degenerate; ) {
        const piece = text.slice(at, at + STRIDE - unprobed);
        at += piece.length;
        unprobed += piece.length;
        uncompressed += piece.length;
        tail += piece;
        if (unprobed < STRIDE) break;
        unprobed = 0;
        if (tail.length > TAIL + 1_000) tail = tail.slice(-TAIL);
        degenerate = probe();
      }
      return degenerate;
    },
    get degenerate() {
      return degenerate;
    },
  };
}

function repeats(tail: string): boolean {
  const chunk = tail.slice(-PROBE);
  if (chunk.length < PROBE) return false;
  let end = tail.length - PROBE;
  let alike = 0;
  let previous: string | null = null;
  for (let found = tail.lastIndexOf(chunk, end - 1); found >= 0; found = tail.lastIndexOf(chunk, end - 1)) {
    const segment = tail.slice(found, end);
    if (segment.length > RULES[1].maxGap || (previous !== null && likeness(segment, previous) < ALIKE)) return false;
    previous = segment;
    alike++;
    end = found;
    const span = tail.length - found;
    if (RULES.some((rule) => alike >= rule.repeats && span >= rule.minSpan && (span - PROBE) / alike <= rule.maxGap)) return true;
  }
  return false;
}

/** Share of two texts that agrees from the front and from the back. */
function likeness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let front = 0;
  while (front < shorter && a[front] === b[front]) front++;
  let back = 0;
  while (back < shorter - front && a[a.length - 1 - back] === b[b.length - 1 - back]) back++;
  return (front + back) / Math.max(a.length, b.length);
}

const compression = (text: string): number => text.length / deflateRawSync(text, { level: 6 }).length;
