import type { CorpusView } from '#contracts';
import type { Tx } from '../pool.js';

export type CorpusRef = { tenantId: string; corpusId: string };

type Row = { corpus_id: string; name: string; description: string | null; documents: number; passages: number; created_at: Date };

const COLUMNS = `c.corpus_id, c.name, c.description, c.created_at, coalesce(d.documents, 0) as documents, coalesce(d.passages, 0) as passages`;
const COUNTS = `left join lateral (select count(*) as documents, sum(passages) as passages from documents d where d.tenant_id = c.tenant_id and d.corpus_id = c.corpus_id) d on true`;

export async function insertCorpus(tx: Tx, c: CorpusRef & { name: string; description?: string | null }): Promise<void> {
  await tx.query('insert into corpora (tenant_id, corpus_id, name, description) values ($1, $2, $3, $4)', [c.tenantId, c.corpusId, c.name, c.description ?? null]);
}

export async function readCorpus(tx: Tx, ref: CorpusRef): Promise<CorpusView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from corpora c ${COUNTS} where c.tenant_id = $1 and c.corpus_id = $2`, [ref.tenantId, ref.corpusId]);
  return rows[0] ? toView(rows[0]) : null;
}

/** Newest first; `before` is the id that the page before ended with. */
export async function listCorpora(tx: Tx, tenantId: string, page: { before?: string; limit: number }): Promise<CorpusView[]> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from corpora c ${COUNTS} where c.tenant_id = $1 and ($2::uuid is null or c.corpus_id < $2) order by c.corpus_id desc limit $3`, [tenantId, page.before ?? null, page.limit]);
  return rows.map(toView);
}

/** Removes the corpus and all that was derived from it. False where there is none. */
export async function deleteCorpus(tx: Tx, ref: CorpusRef): Promise<boolean> {
  const { rowCount } = await tx.query('delete from corpora where tenant_id = $1 and corpus_id = $2', [ref.tenantId, ref.corpusId]);
  return rowCount === 1;
}

/**
 * Holds the corpus until the transaction ends: `share` for those who add bytes, `alone` for the one who drops bytes
 * that nothing points at. False where there is none.
 */
export async function lockCorpus(tx: Tx, ref: CorpusRef, how: 'share' | 'alone'): Promise<boolean> {
  const { rowCount } = await tx.query(`select 1 from corpora where tenant_id = $1 and corpus_id = $2 for ${how === 'alone' ? 'update' : 'key share'}`, [ref.tenantId, ref.corpusId]);
  return rowCount === 1;
}

function toView(r: Row): CorpusView {
  return { id: r.corpus_id, name: r.name, description: r.description, documents: Number(r.documents), passages: Number(r.passages), createdAt: r.created_at.toISOString() };
}
