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

  /** Looks at the text that ends at `end`. */
  function probe(text: string, end: number): boolean {
    if (repeats(text, end)) return true;
    if (uncompressed < COMPRESSED_TAIL / 4 || end < COMPRESSED_TAIL) return false;
    uncompressed = 0;
    return compression(text.slice(end - COMPRESSED_TAIL, end)) > MAX_COMPRESSION;
  }

  return {
    push(text) {
      const whole = tail + text;
      for (let end = tail.length + STRIDE - unprobed; end <= whole.length && !degenerate; end += STRIDE) {
        uncompressed += STRIDE;
        degenerate = probe(whole, end);
      }
      unprobed = (unprobed + text.length) % STRIDE;
      tail = whole.length > TAIL + 1_000 ? whole.slice(-TAIL) : whole;
      return degenerate;
    },
    get degenerate() {
      return degenerate;
    },
  };
}

function repeats(text: string, length: number): boolean {
  if (length < PROBE) return false;
  const chunk = text.slice(length - PROBE, length);
  let end = length - PROBE;
  let alike = 0;
  let previous: string | null = null;
  for (let found = lastBefore(text, chunk, end); found >= 0; found = lastBefore(text, chunk, end)) {
    const segment = text.slice(found, end);
    if (previous !== null && likeness(segment, previous) < ALIKE) return false;
    previous = segment;
    alike++;
    end = found;
    const span = length - found;
    if (RULES.some((rule) => alike >= rule.repeats && span >= rule.minSpan && (span - PROBE) / alike <= rule.maxGap)) return true;
  }
  return false;
}

/** Where `chunk` last begins before `end`, no further back than two repeats may lie apart; -1 where it does not. */
function lastBefore(text: string, chunk: string, end: number): number {
  const from = Math.max(0, end - RULES[1].maxGap);
  const found = text.slice(from, end - 1 + chunk.length).lastIndexOf(chunk);
  return found < 0 ? -1 : from + found;
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
