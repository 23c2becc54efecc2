import { B, K1 } from './terms.js';

/** Passages that each ranking hands on to be fused. */
const CANDIDATES = 60;
/** Postings that are read for a search, rarest terms first; commoner terms only order what those have found. */
const MOST_POSTINGS = 30_000;
/** Until so many passages can be found, commoner terms are read all the same. */
const FEWEST_POSTINGS = 300;
/** Passages that are ranked exactly; where a query has operators, also those that they are sought among. */
const FIRST_STAGE = 200;
const FIRST_STAGE_OPERATORS = 3_000;

/** `dims` is a number of ours, never text: it must stand in the statement for the index to apply. */
export type StatementShape = { dims: number | null; filtered: boolean; operators: boolean; exact: boolean };

/**
 * One statement for both rankings and their fusion. $1 tenant, $2 corpus, $3 query, $4 limit, then the documents it is
 * narrowed to where `filtered`, then vector and model.
 *
 * Words: terms' rows give candidates by what each term is worth in each passage, the rarest terms first; the best are
 * ranked by BM25 over their own words. Vectors: nearest by cosine. Fused: what either ranking found gets both scores,
 * each as a share of all that were found, and is ordered by their mean.
 */
export function searchStatement({ dims, filtered, operators, exact }: StatementShape): string {
  const vector = { dims, values: filtered ? '$6' : '$5', model: filtered ? '$7' : '$6' };
  const within = filtered ? ' and p.document_id = any($5::uuid[])' : '';
  return `with ${candidatesByWords(within, operators)}, ${nearest(vector, exact, within)}, ${bm25()}, ${fusion(vector)}
  select p.passage_id, p.document_id, d.name, p.page, p.page_start, p.section, p.text, f.score
  from fused f join passages p on p.tenant_id = $1 and p.passage_id = f.passage_id join documents d on d.tenant_id = p.tenant_id and d.document_id = p.document_id
  order by f.score desc, f.passage_id`;
}

function candidatesByWords(within: string, operators: boolean): string {
  // With a filter, the best of the corpus may all lie outside it: passages are told before any are left out.
  const coarseFrom = within === '' ? '' : ` join passages p on p.tenant_id = $1 and p.corpus_id = $2 and p.no = r.no${within}`;
  return `query_terms as (
    select lexeme from unnest(to_tsvector('english', $3))
  ), usual as (
    select sum(passages)::float8 as passages, greatest(sum(lexemes)::float8 / sum(passages), 1) as length from term_segments where tenant_id = $1 and corpus_id = $2
  ), counted as (
    select lexeme, sum(t.passages)::float8 as holding from query_terms join term_postings t on t.tenant_id = $1 and t.corpus_id = $2 and t.term = lexeme group by lexeme
  ), rareness as materialized (
    select c.lexeme, c.holding, ln(1 + (greatest(u.passages - c.holding, 0) + 0.5::float8) / (c.holding + 0.5::float8)) as idf, sum(c.holding) over (order by c.holding, c.lexeme) as upto from counted c, usual u
  ), driving as (
    select lexeme, idf from rareness where upto <= ${MOST_POSTINGS} or upto - holding < ${FEWEST_POSTINGS}
  ), coarse as materialized (
    select r.no, sum(d.idf * r.impact) as score
    from driving d join term_postings t on t.tenant_id = $1 and t.corpus_id = $2 and t.term = d.lexeme cross join lateral unnest(t.nos, t.impacts) as r(no, impact)${coarseFrom}
    group by r.no order by score desc, r.no limit ${operators ? FIRST_STAGE_OPERATORS : FIRST_STAGE}
  ), first_stage as materialized (
    select p.passage_id, p.tsv from coarse c join passages p on p.tenant_id = $1 and p.corpus_id = $2 and p.no = c.no
  ), ${operators ? AS_ASKED : 'wanted as (select * from first_stage)'}`;
}

const AS_ASKED = `asked as materialized (
    select f.* from first_stage f where f.tsv @@ websearch_to_tsquery('english', $3)
  ), wanted as (
    select * from asked union all select * from first_stage where not exists (select 1 from asked)
  )`;

/** `values` and `model` are the statement's parameters; without `dims` it has no vector. */
type VectorPlace = { dims: number | null; values: string; model: string };

const cosine = ({ dims, values }: VectorPlace): string => `1 - (p.embedding::vector(${dims}) <=> ${values}::vector(${dims}))`;

function nearest(vector: VectorPlace, exact: boolean, within: string): string {
  if (vector.dims === null) return `near as (select null::uuid as passage_id where false)`;
  // Adding to the distance keeps the planner from the index.
  const distance = `(p.embedding::vector(${vector.dims}) <=> ${vector.values}::vector(${vector.dims}))${exact ? ' + 0' : ''}`;
  return `near as materialized (
    select p.passage_id from passages p where p.tenant_id = $1 and p.corpus_id = $2 and p.embed_dims = ${vector.dims} and p.embed_model = ${vector.model}${within} order by ${distance} limit ${CANDIDATES}
  )`;
}

/** Of what either ranking has found: the nearest passages get their words' score too. */
function bm25(): string {
  return `read as materialized (
    select passage_id, tsv, true as by_words from wanted union all
    select p.passage_id, p.tsv, false from near n join passages p on p.tenant_id = $1 and p.passage_id = n.passage_id where not exists (select 1 from wanted w where w.passage_id = n.passage_id)
  ), by_words as materialized (
    select f.passage_id, f.by_words, sum(r.idf * t.times * ${K1 + 1}::float8 / (t.times + ${K1}::float8 * (${1 - B}::float8 + ${B}::float8 * length(f.tsv) / u.length))) as score
    from read f cross join usual u cross join lateral (select lexeme, cardinality(positions)::float8 as times from unnest(f.tsv)) t join rareness r using (lexeme) group by f.passage_id, f.by_words
  )`;
}

/**
 * How many points of BM25, and how much of the cosine, make a passage e times as likely to be the one that is sought:
 * decision 0125 has the measurements.
 */
const WORDS_SCALE = 8;
const COSINE_SCALE = 0.1;
/** Less likely than this is all the same; exp() would fail. */
const LEAST_EXPONENT = -200;

/** Each ranking's scores become shares that add up to 1 (softmax); a ranking that is sure of one passage so outweighs one that guesses. */
function fusion(vector: VectorPlace): string {
  const similarity = vector.dims === null ? '0' : `coalesce((select ${cosine(vector)} from passages p where p.tenant_id = $1 and p.passage_id = c.passage_id and p.embed_dims = ${vector.dims} and p.embed_model = ${vector.model}), 0)`;
  return `candidates as (
    (select passage_id from by_words where by_words order by score desc, passage_id limit ${CANDIDATES}) union select passage_id from near
  ), scored as (
    select c.passage_id, coalesce(w.score, 0) as words, ${similarity} as similarity, max(coalesce(w.score, 0)) over () as most from candidates c left join by_words w using (passage_id)
  ), likely as (
    select passage_id, exp(greatest((words - most) / ${WORDS_SCALE}::float8, ${LEAST_EXPONENT})) as by_words, exp((similarity - 1) / ${COSINE_SCALE}::float8) as by_vector from scored
  ), fused as (
    select passage_id, (by_words / sum(by_words) over () + by_vector / sum(by_vector) over ()) / 2 as score from likely order by score desc, passage_id limit $4
  )`;
}
