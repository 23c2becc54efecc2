import type { PassageHit } from '#contracts';
import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';
import { pageOrNull } from './passages.js';
import { readScope, type SearchFilter, type SearchScope } from './search-filter.js';
import { searchStatement } from './search-statement.js';

export type HybridQuery = CorpusRef & {
  query: string;
  /** The query's vector and the model it came from; null searches by words only. */
  vector: { model: string; values: number[] } | null;
  limit: number;
  filter?: SearchFilter;
};

/** Quotation marks and a minus before a word mean what they say; a question in plain words means any of them. */
const OPERATORS = /"|(?:^|\s)-[\p{L}\p{N}"]/u;
/** Up to so many passages every vector is compared: that is exact, and quicker than an index that holds other corpora too. */
const EXACT_UP_TO = 4_000;

/**
 * An index on vectors of all corpora must look on where the nearest belong to others. The planner takes a policy's
 * condition for one that hardly any row meets, and would compare all vectors and sort them; without sorting only the
 * index is left. Sorting that nothing can replace goes on; compiling would be taken for worth while then.
 */
export const BY_INDEX = 'set local hnsw.iterative_scan = relaxed_order; set local hnsw.ef_search = 80; set local enable_sort = off; set local jit = off';

type Row = { passage_id: string; document_id: string; name: string; page: number; page_start: number; section: string | null; text: string; score: number };

/**
 * Passages ranked by words (BM25) and by vector, fused. Where the query has operators, its words count as they ask for,
 * unless nothing in the corpus is so.
 */
export async function searchPassages(tx: Tx, q: HybridQuery): Promise<PassageHit[]> {
  const scope = await readScope(tx, q, q.filter);
  if (scope.passages === 0) return [];
  const { rows } = await rank(tx, q, scope);
  return rows.map((r) => ({ passageId: r.passage_id, documentId: r.document_id, documentName: r.name, page: pageOrNull(r.page), pageStart: r.page_start, section: r.section, text: r.text, score: r.score }));
}

async function rank(tx: Tx, q: HybridQuery, scope: SearchScope): Promise<{ rows: Row[] }> {
  const operators = OPERATORS.test(q.query);
  const exact = scope.passages <= EXACT_UP_TO;
  if (q.vector && !exact) await tx.query(BY_INDEX);
  const values = [q.tenantId, q.corpusId, q.query, q.limit, ...(scope.documentIds ? [scope.documentIds] : []), ...(q.vector ? [JSON.stringify(q.vector.values), q.vector.model] : [])];
  return tx.query<Row>(searchStatement({ dims: q.vector?.values.length ?? null, filtered: scope.documentIds !== null, operators, exact }), values);
}
