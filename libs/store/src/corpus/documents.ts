import type { DocumentView } from '#contracts';
import type { Tx } from '../pool.js';
import { dropOrphanBlobs } from './blobs.js';
import { type CorpusRef, lockCorpus } from './corpora.js';

export type DocumentRef = CorpusRef & { documentId: string };
export type NewDocument = DocumentRef & { name: string; mediaType: string; bytes: number; sha256: Buffer; pages: number; passages: number; source?: string | null };

type Row = { document_id: string; name: string; media_type: string; bytes: number; sha256: Buffer; pages: number; passages: number; tags: string[]; dated: string | null; created_at: Date };
const COLUMNS = `document_id, name, media_type, bytes, sha256, pages, passages, tags, to_char(dated, 'YYYY-MM-DD') as dated, created_at`;

/** False where the corpus has these bytes already; where another transaction is writing them, it waits for that one. */
export async function insertDocument(tx: Tx, d: NewDocument): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into documents (tenant_id, document_id, corpus_id, name, media_type, bytes, sha256, pages, passages, source) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, corpus_id, sha256) do nothing`,
    [d.tenantId, d.documentId, d.corpusId, d.name, d.mediaType, d.bytes, d.sha256, d.pages, d.passages, d.source ?? null],
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

/** Removes documents of earlier states of the file at `source`, whose document is now `keep`; the last one removed, or null. */
export async function dropReplaced(tx: Tx, keep: DocumentRef, source: string): Promise<string | null> {
  const { rows } = await tx.query<{ document_id: string }>('delete from documents where tenant_id = $1 and corpus_id = $2 and source = $3 and document_id <> $4 returning document_id', [keep.tenantId, keep.corpusId, source, keep.documentId]);
  return rows.at(-1)?.document_id ?? null;
}

/** Names the tags and the date that searches can be narrowed by; what is left out stays. False where there is no document. */
export async function describeDocument(tx: Tx, ref: DocumentRef, by: { tags?: string[]; dated?: string | null }): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update documents set tags = coalesce($4, tags), dated = case when $5 then $6::date else dated end where tenant_id = $1 and corpus_id = $2 and document_id = $3`,
    [ref.tenantId, ref.corpusId, ref.documentId, by.tags ?? null, by.dated !== undefined, by.dated ?? null],
  );
  return rowCount === 1;
}

function toView(r: Row): DocumentView {
  return { id: r.document_id, name: r.name, mediaType: r.media_type, bytes: Number(r.bytes), sha256: r.sha256.toString('hex'), pages: r.pages, passages: r.passages, tags: r.tags, dated: r.dated, createdAt: r.created_at.toISOString() };
}

/** Documents that came into the corpus after `since` (all where null), oldest first: what a schedule takes as new; with `query` those with a passage that holds its words. */
export async function listDocumentsSince(tx: Tx, ref: CorpusRef, since: Date | null, query: string | null = null): Promise<{ documentId: string; name: string }[]> {
  const { rows } = await tx.query<{ documentId: string; name: string }>(
    `select document_id as "documentId", name from documents d where tenant_id = $1 and corpus_id = $2 and ($3::timestamptz is null or created_at > $3)
       and ($4::text is null or exists (select 1 from passages p where p.tenant_id = $1 and p.document_id = d.document_id and p.tsv @@ websearch_to_tsquery('english', $4)))
     order by document_id limit 100000`,
    [ref.tenantId, ref.corpusId, since, query],
  );
  return rows;
}
