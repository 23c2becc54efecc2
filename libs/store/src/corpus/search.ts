import type { PassageHit } from '#contracts';
import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';
import { pageOrNull } from './passages.js';

export type HybridQuery = CorpusRef & {
  query: string;
  /** The query's vector and the model it came from; null searches by words only. */
  vector: { model: string; values: number[] } | null;
  limit: number;
};

/** Candidates taken from each ranking before they are fused. */
const CANDIDATES = 60;
/** Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): a hit scores 1/(k + rank) in each ranking. */
const RRF_K = 60;

type Row = { passage_id: string; document_id: string; name: string; page: number; section: string | null; text: string; score: number };

/**
 * Passages ranked by words and by vector, fused. Passages with all of the query's words come first in the words'
 * ranking; those with some of them are only looked for where there are too few.
 */
export async function searchPassages(tx: Tx, q: HybridQuery): Promise<PassageHit[]> {
  // An index on vectors of all corpora must look on where the nearest belong to others.
  if (q.vector) await tx.query('set local hnsw.iterative_scan = strict_order');
  const vectorValues = q.vector ? [JSON.stringify(q.vector.values), q.vector.model] : [];
  const { rows } = await tx.query<Row>(statement(q.vector?.values.length ?? null), [q.tenantId, q.corpusId, q.query, q.limit, ...vectorValues]);
  return rows.map((r) => ({ passageId: r.passage_id, documentId: r.document_id, documentName: r.name, page: pageOrNull(r.page), section: r.section, text: r.text, score: r.score }));
}

/** `dims` is a number of ours, never text: it must stand in the statement for the index to apply. */
function statement(dims: number | null): string {
  const nearest = dims === null
    ? `near as (select null::uuid as passage_id, 0::bigint as rank where false)`
    : `near as (select passage_id, row_number() over () as rank from
         (select passage_id from passages where tenant_id = $1 and corpus_id = $2 and embed_dims = ${dims} and embed_model = $6
          order by embedding::vector(${dims}) <=> $5::vector(${dims}) limit ${CANDIDATES}) n)`;
  return `with q as (
    select websearch_to_tsquery('english', $3) as all_of, replace(plainto_tsquery('english', $3)::text, '&', '|')::tsquery as any_of
  ), with_all as materialized (
    select passage_id, ts_rank_cd(tsv, all_of) as score from passages, q where tenant_id = $1 and corpus_id = $2 and tsv @@ all_of order by score desc, passage_id limit ${CANDIDATES}
  ), with_any as materialized (
    select passage_id, ts_rank_cd(tsv, any_of) as score from passages, q where (select count(*) from with_all) < $4 and tenant_id = $1 and corpus_id = $2 and tsv @@ any_of
    order by score desc, passage_id limit ${CANDIDATES}
  ), words as (
    select passage_id, row_number() over (order by min(tier), max(score) desc, passage_id) as rank
    from (select passage_id, score, 1 as tier from with_all union all select passage_id, score, 2 from with_any) w group by passage_id
  ), ${nearest}, fused as (
    select passage_id, sum(1.0 / (${RRF_K} + rank))::float8 as score from (select * from words union all select * from near) r group by passage_id order by score desc, passage_id limit $4
  )
  select p.passage_id, p.document_id, d.name, p.page, p.section, p.text, f.score
  from fused f join passages p on p.tenant_id = $1 and p.passage_id = f.passage_id join documents d on d.tenant_id = p.tenant_id and d.document_id = p.document_id
  order by f.score desc, f.passage_id`;
}
