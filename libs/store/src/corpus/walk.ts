import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';
import { pageOrNull } from './passages.js';

export type WalkCursor = { documentId: string; ordinal: number };
export type WalkPassage = { passageId: string; documentId: string; documentName: string; ordinal: number; page: number | null; section: string | null; text: string };

/** The next passages behind `cursor`, document by document in the order they came in, at most `limit` and of one document. */
export async function readWalk(tx: Tx, ref: CorpusRef, cursor: WalkCursor | null, documentIds: string[] | null, limit: number): Promise<WalkPassage[]> {
  const { rows } = await tx.query<{ passage_id: string; document_id: string; name: string; ordinal: number; page: number; section: string | null; text: string }>(
    `select p.passage_id, p.document_id, d.name, p.ordinal, p.page, p.section, p.text from passages p join documents d using (tenant_id, document_id)
     where p.tenant_id = $1 and p.corpus_id = $2 and ($3::uuid is null or (p.document_id, p.ordinal) > ($3, $4)) and ($5::uuid[] is null or p.document_id = any($5))
     order by p.document_id, p.ordinal limit $6`,
    [ref.tenantId, ref.corpusId, cursor?.documentId ?? null, cursor?.ordinal ?? 0, documentIds, limit],
  );
  return rows
    .filter((r) => r.document_id === rows[0]!.document_id)
    .map((r) => ({ passageId: r.passage_id, documentId: r.document_id, documentName: r.name, ordinal: r.ordinal, page: pageOrNull(r.page), section: r.section, text: r.text }));
}
