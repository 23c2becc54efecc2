import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';
import type { DocumentRef } from './documents.js';

/** Of BM25 (Robertson and Zaragoza, 2009), at their usual values. */
export const K1 = 1.2;
export const B = 0.75;
/** A passage's usual length in distinct terms, for the impacts that are kept; the ranking itself uses the corpus's. */
const USUAL_LENGTH = 100;
/** Longer ones are no words but data. Long keys do not fit an index either. */
const LONGEST_TERM = 200;
/** So many segments of one size are merged into one of the next. */
const FAN_IN = 32;

/** Enters the terms of passages that were just inserted, as a segment of their own. */
export async function insertTerms(tx: Tx, ref: DocumentRef, passageIds: string[]): Promise<void> {
  if (passageIds.length === 0) return;
  const segmentId = uuidv7();
  await tx.query(
    `insert into term_segments (tenant_id, segment_id, corpus_id, document_id, passages, lexemes)
     select $1, $4, $2, $3, count(*), sum(length(tsv)) from passages where tenant_id = $1 and passage_id = any($5::uuid[])`,
    [ref.tenantId, ref.corpusId, ref.documentId, segmentId, passageIds],
  );
  await tx.query(
    `insert into term_postings (tenant_id, corpus_id, term, segment_id, passages, nos, impacts)
     select $1, $2, t.lexeme, $3, count(*), array_agg(p.no order by p.no), array_agg((t.times * ${K1 + 1} / (t.times + ${K1} * (${1 - B} + ${B} * length(p.tsv) / ${USUAL_LENGTH})))::real order by p.no)
     from passages p cross join lateral (select lexeme, cardinality(positions)::float8 as times from unnest(p.tsv)) t
     where p.tenant_id = $1 and p.passage_id = any($4::uuid[]) and length(t.lexeme) <= ${LONGEST_TERM} group by t.lexeme`,
    [ref.tenantId, ref.corpusId, segmentId, passageIds],
  );
}

/**
 * Merges segments where many of one size have gathered, as Lucene does, so that a search reads few rows a term. Rows
 * that another transaction merges are left to it. In a transaction of its own, whose plans it sets. @returns whether anything was merged: there may be more to do.
 */
export async function mergeTerms(tx: Tx, ref: CorpusRef): Promise<boolean> {
  const { rows } = await tx.query<{ segment_id: string; passages: number }>(
    `select segment_id, passages from term_segments where tenant_id = $1 and corpus_id = $2 and floor(log(${FAN_IN}, passages)) = (
       select floor(log(${FAN_IN}, passages)) from term_segments where tenant_id = $1 and corpus_id = $2 group by 1 having count(*) >= ${FAN_IN} order by 1 limit 1)
     for update skip locked`,
    [ref.tenantId, ref.corpusId],
  );
  if (rows.length < FAN_IN) return false;
  // A corpus that fills for the first time has no statistics yet: passages then look so few that all postings would be
  // read again for each of them, which takes hours and looks like a connection that has died (0166).
  await tx.query('set local enable_nestloop = off');
  const merged = uuidv7();
  const old = rows.map((r) => r.segment_id);
  await tx.query(
    `insert into term_segments (tenant_id, segment_id, corpus_id, passages, lexemes) select $1, $3, $2, sum(passages), sum(lexemes) from term_segments where tenant_id = $1 and segment_id = any($4::uuid[])`,
    [ref.tenantId, ref.corpusId, merged, old],
  );
  await tx.query(
    `insert into term_postings (tenant_id, corpus_id, term, segment_id, passages, nos, impacts)
     select $1, $2, t.term, $3, count(*), array_agg(r.no order by r.no), array_agg(r.impact order by r.no)
     from term_postings t cross join lateral unnest(t.nos, t.impacts) as r(no, impact)
     where t.tenant_id = $1 and t.segment_id = any($4::uuid[]) and exists (select 1 from passages p where p.tenant_id = $1 and p.corpus_id = $2 and p.no = r.no) group by t.term`,
    [ref.tenantId, ref.corpusId, merged, old],
  );
  await tx.query('delete from term_segments where tenant_id = $1 and segment_id = any($2::uuid[])', [ref.tenantId, old]);
  return true;
}
