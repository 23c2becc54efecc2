import type { Failure, IngestionRef } from '#contracts';
import type { Tx } from '../pool.js';

export type IngestionFileRef = IngestionRef & { n: number };
export type IngestionFile = { corpusId: string; name: string; path: string | null; sha256: Buffer | null; state: 'pending' | 'done' | 'duplicate' | 'expanded' | 'failed'; documentId: string | null; /** Pages read so far, and of which bytes. */ pagesRead: number; rangeSha256: Buffer | null; total: number };

type Row = { corpus_id: string; name: string; path: string | null; sha256: Buffer | null; state: IngestionFile['state']; document_id: string | null; pages_read: number; range_sha256: Buffer | null; total: number };

/** `locked`: holds the row, so that of two deliveries of one file the second sees what the first wrote. */
export async function readIngestionFile(tx: Tx, ref: IngestionFileRef, locked = false): Promise<IngestionFile | null> {
  const { rows } = await tx.query<Row>(
    `select i.corpus_id, f.name, f.path, f.sha256, f.state, f.document_id, f.pages_read, f.range_sha256, i.total from ingestion_files f join ingestions i using (tenant_id, ingestion_id)
     where f.tenant_id = $1 and f.ingestion_id = $2 and f.n = $3${locked ? ' for update of f' : ''}`,
    [ref.tenantId, ref.ingestionId, ref.n],
  );
  const r = rows[0];
  return r ? { corpusId: r.corpus_id, name: r.name, path: r.path, sha256: r.sha256, state: r.state, documentId: r.document_id, pagesRead: r.pages_read, rangeSha256: r.range_sha256, total: r.total } : null;
}

export async function settleIngestionFile(tx: Tx, ref: IngestionFileRef, as: { state: 'done' | 'duplicate' | 'expanded'; documentId: string | null; pages: number; passages: number; replaced?: string | null }): Promise<void> {
  await tx.query(`update ingestion_files set state = $4, document_id = $5, pages = $6, passages = $7, replaced = $8, failure = null where tenant_id = $1 and ingestion_id = $2 and n = $3 and state = 'pending'`, [ref.tenantId, ref.ingestionId, ref.n, as.state, as.documentId, as.pages, as.passages, as.replaced ?? null]);
  await tx.query('delete from ingestion_pages where tenant_id = $1 and ingestion_id = $2 and n = $3', [ref.tenantId, ref.ingestionId, ref.n]);
}

/** Notes the document of a file that stays pending until its pictures are read. */
export async function holdIngestionFile(tx: Tx, ref: IngestionFileRef, as: { documentId: string; pages: number; replaced: string | null }): Promise<void> {
  await tx.query(`update ingestion_files set document_id = $4, pages = $5, replaced = $6, failure = null where tenant_id = $1 and ingestion_id = $2 and n = $3 and state = 'pending'`, [ref.tenantId, ref.ingestionId, ref.n, as.documentId, as.pages, as.replaced]);
  await tx.query('delete from ingestion_pages where tenant_id = $1 and ingestion_id = $2 and n = $3', [ref.tenantId, ref.ingestionId, ref.n]);
}

/** Ends a file whose pictures are read, with the passages that its document has now. */
export async function settleHeldFile(tx: Tx, ref: IngestionFileRef, passages: number): Promise<void> {
  await tx.query(`update ingestion_files set passages = $4, state = 'done' where tenant_id = $1 and ingestion_id = $2 and n = $3 and state in ('pending', 'done')`, [ref.tenantId, ref.ingestionId, ref.n, passages]);
}

export async function failIngestionFile(tx: Tx, ref: IngestionFileRef, failure: Failure): Promise<void> {
  await tx.query(`update ingestion_files set state = 'failed', document_id = null, failure = $4 where tenant_id = $1 and ingestion_id = $2 and n = $3 and state = 'pending'`, [ref.tenantId, ref.ingestionId, ref.n, JSON.stringify(failure)]);
  await tx.query('delete from ingestion_pages where tenant_id = $1 and ingestion_id = $2 and n = $3', [ref.tenantId, ref.ingestionId, ref.n]);
}

/** Says why a file is tried again; it stays pending. */
export async function noteIngestionFile(tx: Tx, ref: IngestionFileRef, failure: Failure): Promise<void> {
  await tx.query(`update ingestion_files set failure = $4 where tenant_id = $1 and ingestion_id = $2 and n = $3 and state = 'pending'`, [ref.tenantId, ref.ingestionId, ref.n, JSON.stringify(failure)]);
}
