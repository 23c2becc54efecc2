import { mix32 } from './hash.js';

/** Texts are read up to here; a longer one is sketched by its start. */
const MAX_CHARS = 64_000;
/** Sketches are stored with every step: 24 bits keep them short and are plenty for the shingles of one text. */
const BITS = 8;

/** Hashes of a text's words, lower case; anything that is not a letter, digit or underscore parts words. */
export function wordHashes(text: string): number[] {
  const words: number[] = [];
  const end = Math.min(text.length, MAX_CHARS);
  let hash = 0;
  let inWord = false;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isWordChar(code)) {
      if (inWord) words.push(hash);
      inWord = false;
      continue;
    }
    const folded = code >= 65 && code <= 90 ? code | 32 : code;
    hash = Math.imul((inWord ? hash : 0x811c9dc5) ^ folded, 0x01000193);
    inWord = true;
  }
  if (inWord) words.push(hash);
  return words;
}

const isWordChar = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || (code >= 0xc0 && !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x3003));

/**
 * Bottom-k sketch of a text: the `k` smallest hashes of its `n`-word shingles, ascending and distinct. Two sketches of
 * the same k and n give an estimate of how much the texts have in common, with an error of about 1/√k.
 */
export function sketch(text: string, k: number, n: number): number[] {
  return sketchWords(wordHashes(text), k, n);
}

export function sketchWords(words: number[], k: number, n: number): number[] {
  if (words.length === 0) return [];
  const size = Math.min(n, words.length);
  const smallest: number[] = [];
  for (let i = 0; i + size <= words.length; i++) {
    let shingle = size;
    for (let j = 0; j < size; j++) shingle = Math.imul(shingle, 31) + (words[i + j] ?? 0);
    insert(smallest, mix32(shingle) >>> BITS, k);
  }
  return smallest;
}

function insert(smallest: number[], hash: number, k: number): void {
  if (smallest.length === k && hash >= (smallest[k - 1] ?? 0)) return;
  let at = smallest.length;
  while (at > 0 && (smallest[at - 1] ?? 0) > hash) at--;
  if (smallest[at - 1] === hash) return;
  smallest.splice(at, 0, hash);
  if (smallest.length > k) smallest.pop();
}

/** Estimated Jaccard index of two texts from their sketches of size `k`, in [0,1]; 0 where either is empty. */
export function overlap(a: number[], b: number[], k = 32): number {
  if (a.length === 0 || b.length === 0) return 0;
  let shared = 0;
  let seen = 0;
  // The k smallest of both together are a fair sample of what the two texts hold together.
  for (let i = 0, j = 0; seen < k && (i < a.length || j < b.length); seen++) {
    const left = a[i] ?? Infinity;
    const right = b[j] ?? Infinity;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return shared / seen;
}

/** Estimated share of text `a` that also stands in text `b`, in [0,1]; `k` is the size that full sketches have. */
export function containment(a: number[], b: number[], k: number): number {
  if (a.length === 0) return 1;
  // Beyond its largest hash a full sketch of `b` says nothing.
  const limit = b.length >= k ? (b[b.length - 1] ?? 0) : Infinity;
  let comparable = 0;
  let shared = 0;
  let j = 0;
  for (const hash of a) {
    if (hash > limit) break;
    comparable++;
    while (j < b.length && (b[j] ?? 0) < hash) j++;
    if (b[j] === hash) shared++;
  }
  return comparable === 0 ? 0 : shared / comparable;
}
