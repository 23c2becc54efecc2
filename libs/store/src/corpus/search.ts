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

/** Passages that each ranking hands on to be fused. */
const CANDIDATES = 60;
/** Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): a hit scores 1/(k + rank) in each ranking. */
const RRF_K = 60;
/** Passages that Postgres's own ranking, which knows nothing of how rare a word is, hands on to BM25. */
const FIRST_STAGE = 100;
/** Passages of the corpus from which it is told how rare a word is and how long a passage usually is. */
const SAMPLE = 2_000;
/** Of BM25 (Robertson and Zaragoza, 2009), at their usual values. */
const K1 = 1.2;
const B = 0.75;
/** Quotation marks and a minus before a word mean what they say; a question in plain words means any of them. */
const OPERATORS = /"|(?:^|\s)-[\p{L}\p{N}"]/u;

type Row = { passage_id: string; document_id: string; name: string; page: number; section: string | null; text: string; score: number };

/**
 * Passages ranked by words (BM25 over full text) and by vector, fused. Where the query has operators, its words count
 * as they ask for, unless nothing in the corpus is so.
 */
export async function searchPassages(tx: Tx, q: HybridQuery): Promise<PassageHit[]> {
  // An index on vectors of all corpora must look on where the nearest belong to others.
  if (q.vector) await tx.query('set local hnsw.iterative_scan = strict_order');
  const vectorValues = q.vector ? [JSON.stringify(q.vector.values), q.vector.model] : [];
  const { rows } = await tx.query<Row>(statement(q.vector?.values.length ?? null), [q.tenantId, q.corpusId, q.query, q.limit, OPERATORS.test(q.query), ...vectorValues]);
  return rows.map((r) => ({ passageId: r.passage_id, documentId: r.document_id, documentName: r.name, page: pageOrNull(r.page), section: r.section, text: r.text, score: r.score }));
}

/** `dims` is a number of ours, never text: it must stand in the statement for the index to apply. */
function statement(dims: number | null): string {
  const nearest = dims === null
    ? `near as (select null::uuid as passage_id, 0::bigint as rank where false)`
    : `near as (select passage_id, row_number() over () as rank from
         (select passage_id from passages where tenant_id = $1 and corpus_id = $2 and embed_dims = ${dims} and embed_model = $7
          order by embedding::vector(${dims}) <=> $6::vector(${dims}) limit ${CANDIDATES}) n)`;
  return `with parsed as (
    select websearch_to_tsquery('english', $3) as as_asked, replace(plainto_tsquery('english', $3)::text, '&', '|')::tsquery as any_word
  ), q as (
    select case when $5::boolean and exists (select 1 from passages where tenant_id = $1 and corpus_id = $2 and tsv @@ as_asked) then as_asked else any_word end as wanted, any_word from parsed
  ), words_of_query as (
    select lexeme, to_tsquery('simple', quote_literal(lexeme)) as word from unnest(to_tsvector('english', $3))
  ), sampled as materialized (
    select tsv from passages where tenant_id = $1 and corpus_id = $2 limit ${SAMPLE}
  ), usual as (
    select count(*)::float8 as passages, greatest(avg(length(tsv)), 1)::float8 as length from sampled
  ), rareness as (
    select w.lexeme, ln(1 + (u.passages - s.holding + 0.5::float8) / (s.holding + 0.5::float8)) as idf
    from usual u, words_of_query w cross join lateral (select count(*) as holding from sampled where tsv @@ w.word) s
  ), first_stage as materialized (
    select passage_id, tsv from passages, q where tenant_id = $1 and corpus_id = $2 and tsv @@ wanted order by ts_rank(tsv, any_word, 1) desc, passage_id limit ${FIRST_STAGE}
  ), by_words as (
    select f.passage_id, sum(r.idf * t.times * ${K1 + 1}::float8 / (t.times + ${K1}::float8 * (${1 - B}::float8 + ${B}::float8 * length(f.tsv) / u.length))) as score
    from first_stage f cross join usual u cross join lateral (select lexeme, cardinality(positions)::float8 as times from unnest(f.tsv)) t join rareness r using (lexeme) group by f.passage_id order by score desc, f.passage_id limit ${CANDIDATES}
  ), words as (
    select passage_id, row_number() over (order by score desc, passage_id) as rank from by_words
  ), ${nearest}, fused as (
    select passage_id, sum(1.0 / (${RRF_K} + rank))::float8 as score from (select * from words union all select * from near) r group by passage_id order by score desc, passage_id limit $4
  )
  select p.passage_id, p.document_id, d.name, p.page, p.section, p.text, f.score
  from fused f join passages p on p.tenant_id = $1 and p.passage_id = f.passage_id join documents d on d.tenant_id = p.tenant_id and d.document_id = p.document_id
  order by f.score desc, f.passage_id`;
}
