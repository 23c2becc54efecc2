import type { CardView } from '#contracts';
import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';

export type NewCard = CorpusRef & { cardId: string; documentId: string; questionKey: Buffer; question: string; answer: string; quote: string; page: number | null; schedule: unknown; due: Date };
export type CardRef = { tenantId: string; cardId: string };

/** With FSRS's own record, and the tags of its document. */
export type ExportedCard = CardView & { schedule: unknown; tags: string[] };

type Row = { card_id: string; corpus_id: string; document_id: string; name: string; question: string; answer: string; quote: string; page: number | null; due: Date; schedule: { reps?: number; lapses?: number } };
const COLUMNS = 'c.card_id, c.corpus_id, c.document_id, d.name, c.question, c.answer, c.quote, c.page, c.due, c.schedule';
const FROM = 'from cards c join documents d using (tenant_id, document_id)';

/** False where the corpus has a card with this question, or its document is gone. */
export async function insertCard(tx: Tx, c: NewCard): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into cards (tenant_id, card_id, corpus_id, document_id, question_key, question, answer, quote, page, schedule, due)
     select $1, $2, $3, d.document_id, $5, $6, $7, $8, $9, $10, $11 from documents d where d.tenant_id = $1 and d.corpus_id = $3 and d.document_id = $4 on conflict do nothing`,
    [c.tenantId, c.cardId, c.corpusId, c.documentId, c.questionKey, c.question, c.answer, c.quote, c.page, JSON.stringify(c.schedule), c.due],
  );
  return rowCount === 1;
}

/** Soonest due first; only those due by `by` where it is given. */
export async function listCards(tx: Tx, ref: CorpusRef, by: Date | null, limit: number): Promise<CardView[]> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} ${FROM} where c.tenant_id = $1 and c.corpus_id = $2 and ($3::timestamptz is null or c.due <= $3) order by c.due, c.card_id limit $4`, [ref.tenantId, ref.corpusId, by, limit]);
  return rows.map(toView);
}

/** In the order in which they were made. */
export async function readCardsToExport(tx: Tx, ref: CorpusRef, limit: number): Promise<ExportedCard[]> {
  const { rows } = await tx.query<Row & { tags: string[] }>(`select ${COLUMNS}, d.tags ${FROM} where c.tenant_id = $1 and c.corpus_id = $2 order by c.card_id limit $3`, [ref.tenantId, ref.corpusId, limit]);
  return rows.map((r) => ({ ...toView(r), schedule: r.schedule, tags: r.tags }));
}

/** The card and its schedule, locked until the transaction ends; null where there is none. */
export async function lockCard(tx: Tx, ref: CardRef): Promise<{ view: CardView; schedule: unknown } | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} ${FROM} where c.tenant_id = $1 and c.card_id = $2 for update of c`, [ref.tenantId, ref.cardId]);
  return rows[0] ? { view: toView(rows[0]), schedule: rows[0].schedule } : null;
}

export async function rescheduleCard(tx: Tx, ref: CardRef, schedule: unknown, due: Date): Promise<void> {
  await tx.query('update cards set schedule = $3, due = $4 where tenant_id = $1 and card_id = $2', [ref.tenantId, ref.cardId, JSON.stringify(schedule), due]);
}

function toView(r: Row): CardView {
  return { id: r.card_id, corpusId: r.corpus_id, documentId: r.document_id, documentName: r.name, question: r.question, answer: r.answer, quote: r.quote, page: r.page, due: r.due.toISOString(), reviews: r.schedule.reps ?? 0, lapses: r.schedule.lapses ?? 0 };
}
