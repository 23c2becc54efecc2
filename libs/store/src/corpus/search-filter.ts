import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';

/** Narrows a search: every condition that is given must hold. Dates are year-month-day, both ends included. */
export type SearchFilter = { documentIds?: string[]; tags?: string[]; from?: string; to?: string };

/** How many passages a search is over, and of which documents; `documentIds` is null where it is all of the corpus. */
export type SearchScope = { passages: number; documentIds: string[] | null };

export async function readScope(tx: Tx, ref: CorpusRef, filter: SearchFilter | undefined): Promise<SearchScope> {
  if (!filter || !Object.values(filter).some((v) => v !== undefined)) {
    const { rows } = await tx.query<{ passages: number | null }>('select sum(passages)::float8 as passages from term_segments where tenant_id = $1 and corpus_id = $2', [ref.tenantId, ref.corpusId]);
    return { passages: rows[0]?.passages ?? 0, documentIds: null };
  }
  const { rows } = await tx.query<{ document_id: string; passages: number }>(
    `select document_id, passages from documents where tenant_id = $1 and corpus_id = $2 and ($3::uuid[] is null or document_id = any($3)) and ($4::text[] is null or tags @> $4)
       and ($5::date is null or dated >= $5) and ($6::date is null or dated <= $6)`,
    [ref.tenantId, ref.corpusId, filter.documentIds ?? null, filter.tags ?? null, filter.from ?? null, filter.to ?? null],
  );
  return { passages: rows.reduce((sum, r) => sum + r.passages, 0), documentIds: rows.map((r) => r.document_id) };
}
