import type { SearchResult } from '#contracts';
import { type Pool, searchPassages, type SearchFilter, withTx } from '#store';
import { type Embedder, embedTexts } from './embed.js';

/** A search that has no vector by then answers from full text. */
const VECTOR_MS = 1_000;

export type Search = (tenantId: string, corpusId: string, query: string, limit: number, signal: AbortSignal, filter?: SearchFilter) => Promise<SearchResult>;

/** Hybrid search of a corpus: full text and vectors, fused. `vectors` is false where only full text answered. */
export function createSearch(pool: Pool, embedder: Embedder): Search {
  return async (tenantId, corpusId, query, limit, signal, filter) => {
    const values = await vectorInTime(embedder, query, signal);
    signal.throwIfAborted();
    const vector = values ? { model: embedder.embedModel, values } : null;
    const hits = await withTx(pool, tenantId, (tx) => searchPassages(tx, { tenantId, corpusId, query, vector, limit, ...(filter ? { filter } : {}) }));
    return { hits, vectors: vector !== null };
  };
}

async function vectorInTime(embedder: Embedder, query: string, signal: AbortSignal): Promise<number[] | null> {
  const late = AbortSignal.timeout(VECTOR_MS);
  // A runtime that does not heed its signal must not hold the search up.
  const timeUp = new Promise<null>((resolve) => late.addEventListener('abort', () => resolve(null)));
  const embedded = embedTexts(embedder, [query], AbortSignal.any([signal, late])).then(([v]) => v ?? null, () => null);
  const vector = await Promise.race([embedded, timeUp]);
  return vector?.length ? vector : null;
}
