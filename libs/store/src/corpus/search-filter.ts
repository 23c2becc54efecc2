import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';

/** Narrows a search: every condition that is given must hold. Dates are year-month-day, both ends included; a folder is one of the server, or within what was ingested. */
export type SearchFilter = { documentIds?: string[]; folder?: string; tags?: string[]; from?: string; to?: string };

/** How many passages a search is over, and of which documents; `documentIds` is null where it is all of the corpus. */
export type SearchScope = { passages: number; documentIds: string[] | null };

export async function readScope(tx: Tx, ref: CorpusRef, filter: SearchFilter | undefined): Promise<SearchScope> {
  if (!filter || !Object.values(filter).some((v) => v !== undefined)) {
    const { rows } = await tx.query<{ passages: number | null }>('select sum(passages)::float8 as passages from term_segments where tenant_id = $1 and corpus_id = $2', [ref.tenantId, ref.corpusId]);
    return { passages: rows[0]?.passages ?? 0, documentIds: null };
  }
  const documents = await readScopeDocuments(tx, ref, filter);
  return { passages: documents.reduce((sum, d) => sum + d.passages, 0), documentIds: documents.map((d) => d.documentId) };
}

export type ScopeDocument = { documentId: string; name: string; passages: number };

/** The documents that a filter leaves, in the order in which they came in; all of the corpus without one. */
export async function readScopeDocuments(tx: Tx, ref: CorpusRef, filter: SearchFilter = {}): Promise<ScopeDocument[]> {
  const { rows } = await tx.query<{ document_id: string; name: string; passages: number }>(
    `select document_id, name, passages from documents where tenant_id = $1 and corpus_id = $2 and ($3::uuid[] is null or document_id = any($3)) and ($4::text[] is null or tags @> $4)
       and ($5::date is null or dated >= $5) and ($6::date is null or dated <= $6) and ($7::text is null or starts_with(name, $7) or starts_with(source, $7)) order by document_id`,
    [ref.tenantId, ref.corpusId, filter.documentIds ?? null, filter.tags ?? null, filter.from ?? null, filter.to ?? null, filter.folder === undefined ? null : `${filter.folder.replace(/\/+$/, '')}/`],
  );
  return rows.map((r) => ({ documentId: r.document_id, name: r.name, passages: r.passages }));
}
