import type { DocumentView } from '#contracts';
import type { Tx } from '../pool.js';
import { dropOrphanBlobs } from './blobs.js';
import { type CorpusRef, lockCorpus } from './corpora.js';

export type DocumentRef = CorpusRef & { documentId: string };
export type NewDocument = DocumentRef & { name: string; mediaType: string; bytes: number; sha256: Buffer; pages: number; passages: number };

type Row = { document_id: string; name: string; media_type: string; bytes: number; sha256: Buffer; pages: number; passages: number; created_at: Date };
const COLUMNS = 'document_id, name, media_type, bytes, sha256, pages, passages, created_at';

/** False where the corpus has these bytes already; where another transaction is writing them, it waits for that one. */
export async function insertDocument(tx: Tx, d: NewDocument): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into documents (tenant_id, document_id, corpus_id, name, media_type, bytes, sha256, pages, passages) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, corpus_id, sha256) do nothing`,
    [d.tenantId, d.documentId, d.corpusId, d.name, d.mediaType, d.bytes, d.sha256, d.pages, d.passages],
  );
  return rowCount === 1;
}

export async function readDocument(tx: Tx, ref: DocumentRef): Promise<DocumentView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from documents where tenant_id = $1 and corpus_id = $2 and document_id = $3`, [ref.tenantId, ref.corpusId, ref.documentId]);
  return rows[0] ? toView(rows[0]) : null;
}

export async function findDocument(tx: Tx, ref: CorpusRef, sha256: Buffer): Promise<DocumentView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from documents where tenant_id = $1 and corpus_id = $2 and sha256 = $3`, [ref.tenantId, ref.corpusId, sha256]);
  return rows[0] ? toView(rows[0]) : null;
}

/** Newest first; `before` is the id that the page before ended with. */
export async function listDocuments(tx: Tx, ref: CorpusRef, page: { before?: string; limit: number }): Promise<DocumentView[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from documents where tenant_id = $1 and corpus_id = $2 and ($3::uuid is null or document_id < $3) order by document_id desc limit $4`,
    [ref.tenantId, ref.corpusId, page.before ?? null, page.limit],
  );
  return rows.map(toView);
}

/** Removes the document with its bytes, pages and passages. False where there is none. */
export async function deleteDocument(tx: Tx, ref: DocumentRef): Promise<boolean> {
  await lockCorpus(tx, ref, 'alone');
  const { rowCount } = await tx.query('delete from documents where tenant_id = $1 and corpus_id = $2 and document_id = $3', [ref.tenantId, ref.corpusId, ref.documentId]);
  if (rowCount) await dropOrphanBlobs(tx, ref);
  return rowCount === 1;
}

function toView(r: Row): DocumentView {
  return { id: r.document_id, name: r.name, mediaType: r.media_type, bytes: Number(r.bytes), sha256: r.sha256.toString('hex'), pages: r.pages, passages: r.passages, createdAt: r.created_at.toISOString() };
}
