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

export type Around = { before: string[]; after: string[] };

/** The texts of up to `each` passages before and behind each of these, in order; by passage. */
export async function readAround(tx: Tx, ref: CorpusRef, passageIds: string[], each: number): Promise<Map<string, Around>> {
  const { rows } = await tx.query<{ passage_id: string; distance: number; text: string }>(
    `select p.passage_id, n.ordinal - p.ordinal as distance, n.text from passages p
       join passages n on n.tenant_id = p.tenant_id and n.document_id = p.document_id and n.ordinal between p.ordinal - $4 and p.ordinal + $4 and n.ordinal <> p.ordinal
     where p.tenant_id = $1 and p.corpus_id = $2 and p.passage_id = any($3::uuid[]) order by n.ordinal`,
    [ref.tenantId, ref.corpusId, passageIds, each],
  );
  const around = new Map<string, Around>(passageIds.map((id) => [id, { before: [], after: [] }]));
  for (const r of rows) around.get(r.passage_id)![r.distance < 0 ? 'before' : 'after'].push(r.text);
  return around;
}
