import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';

export const BLOB_PIECE_BYTES = 1 << 20;

/** Writes one piece of a file's bytes; a piece that is there already is left. */
export async function putBlobPiece(tx: Tx, ref: CorpusRef, sha256: Buffer, n: number, body: Buffer): Promise<void> {
  await tx.query({ name: 'put-blob-piece', text: 'insert into document_blobs (tenant_id, corpus_id, sha256, n, body) values ($1, $2, $3, $4, $5) on conflict do nothing', values: [ref.tenantId, ref.corpusId, sha256, n, body] });
}

export async function putBlob(tx: Tx, ref: CorpusRef, sha256: Buffer, bytes: Buffer): Promise<void> {
  for (let n = 0; n * BLOB_PIECE_BYTES < bytes.length; n++) await putBlobPiece(tx, ref, sha256, n, bytes.subarray(n * BLOB_PIECE_BYTES, (n + 1) * BLOB_PIECE_BYTES));
}

/** The file's bytes, or null where they are not kept. */
export async function readBlob(tx: Tx, ref: CorpusRef, sha256: Buffer): Promise<Buffer | null> {
  const { rows } = await tx.query<{ body: Buffer }>('select body from document_blobs where tenant_id = $1 and corpus_id = $2 and sha256 = $3 order by n', [ref.tenantId, ref.corpusId, sha256]);
  return rows.length ? Buffer.concat(rows.map((r) => r.body)) : null;
}

/** One piece of the file's bytes, or null behind the last. */
export async function readBlobPiece(tx: Tx, ref: CorpusRef, sha256: Buffer, n: number): Promise<Buffer | null> {
  const { rows } = await tx.query<{ body: Buffer }>({ name: 'read-blob-piece', text: 'select body from document_blobs where tenant_id = $1 and corpus_id = $2 and sha256 = $3 and n = $4', values: [ref.tenantId, ref.corpusId, sha256, n] });
  return rows[0]?.body ?? null;
}

/** Drops bytes that no document has and no ingestion still waits for. Call it with the corpus locked `alone`. */
export async function dropOrphanBlobs(tx: Tx, ref: CorpusRef): Promise<void> {
  await tx.query(
    `delete from document_blobs b where b.tenant_id = $1 and b.corpus_id = $2
       and not exists (select 1 from documents d where d.tenant_id = b.tenant_id and d.corpus_id = b.corpus_id and d.sha256 = b.sha256)
       and not exists (select 1 from ingestions i join ingestion_files f using (tenant_id, ingestion_id) where i.tenant_id = b.tenant_id and i.corpus_id = b.corpus_id and f.sha256 = b.sha256 and f.state = 'pending')`,
    [ref.tenantId, ref.corpusId],
  );
}
