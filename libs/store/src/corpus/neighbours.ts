import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';
import { pageOrNull } from './passages.js';

export type Neighbour = { passageId: string; ordinal: number; page: number | null; section: string | null; text: string };

/** A passage with up to `each` passages of its document before and behind it, in order. Empty where there is none. */
export async function readNeighbours(tx: Tx, ref: CorpusRef, passageId: string, each: number): Promise<Neighbour[]> {
  const { rows } = await tx.query<{ passage_id: string; ordinal: number; page: number; section: string | null; text: string }>(
    `select n.passage_id, n.ordinal, n.page, n.section, n.text from passages p join passages n on n.tenant_id = p.tenant_id and n.document_id = p.document_id and n.ordinal between p.ordinal - $4 and p.ordinal + $4
     where p.tenant_id = $1 and p.corpus_id = $2 and p.passage_id = $3 order by n.ordinal`,
    [ref.tenantId, ref.corpusId, passageId, each],
  );
  return rows.map((r) => ({ passageId: r.passage_id, ordinal: r.ordinal, page: pageOrNull(r.page), section: r.section, text: r.text }));
}
