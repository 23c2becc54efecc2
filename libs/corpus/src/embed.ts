import { HoldfastError } from '#contracts';
import type { Runtime } from '#models';

export type Embedder = Pick<Runtime, 'embed' | 'embedModel'>;

/** Below this a text is not halved any further. */
const SHORTEST = 100;

/**
 * One vector a text. A text that is too long for the embedding model is halved, and its vector is the mean of its
 * halves': nothing is cut off.
 */
export async function embedTexts(embedder: Embedder, texts: string[], signal: AbortSignal): Promise<number[][]> {
  try {
    return await embedder.embed(texts, { signal });
  } catch (error) {
    if (!isTooLong(error) || (texts.length === 1 && texts[0]!.length < 2 * SHORTEST)) throw error;
    if (texts.length === 1) return [mean(await embedTexts(embedder, halves(texts[0]!), signal))];
    const vectors: number[][] = [];
    for (const text of texts) vectors.push(...(await embedTexts(embedder, [text], signal)));
    return vectors;
  }
}

function isTooLong(error: unknown): boolean {
  return error instanceof HoldfastError && (error.code === 'context_truncated' || error.code === 'context_too_small');
}

/** Parts at the blank nearest to the middle. */
function halves(text: string): string[] {
  const middle = Math.floor(text.length / 2);
  const blank = text.indexOf(' ', middle);
  const at = blank < 0 ? middle : blank;
  return [text.slice(0, at), text.slice(at)];
}

function mean(vectors: number[][]): number[] {
  const sum = vectors[0]!.map((_, i) => vectors.reduce((total, v) => total + v[i]!, 0));
  const length = Math.hypot(...sum) || 1;
  return sum.map((v) => v / length);
}
