export const DIMENSIONS = 384;

/**
 * A unit vector of a text's hashed words: the same text gives the same vector, texts that share words are near, and
 * texts that share none are close to orthogonal. Stands in for meaning where only the machinery is tested.
 */
export function hashedEmbedding(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = wordHash(word);
    // Each word lights a few places, with signs, so that two words seldom look alike.
    for (let i = 0; i < 4; i++) {
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + i;
      const place = (hash >>> 0) % DIMENSIONS;
      vector[place] = (vector[place] ?? 0) + (hash & 1024 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}

function wordHash(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash;
}
