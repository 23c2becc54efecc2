import type { Failure, IngestionRef, IngestionView } from '#contracts';
import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';

export type NewIngestionFile = { name: string } & ({ path: string } | { sha256: Buffer });
export type NewIngestion = CorpusRef & { ingestionId: string; principalId: string; files: NewIngestionFile[] };

/** Writes the ingestion as `queued`, its files numbered from 0 and `pending`. */
export async function insertIngestion(tx: Tx, i: NewIngestion): Promise<void> {
  await tx.query('insert into ingestions (tenant_id, ingestion_id, corpus_id, principal_id, total) values ($1, $2, $3, $4, $5)', [i.tenantId, i.ingestionId, i.corpusId, i.principalId, i.files.length]);
  await tx.query(
    `insert into ingestion_files (tenant_id, ingestion_id, n, name, path, sha256)
     select $1, $2, f.n - 1, f.name, f.path, f.sha256 from unnest($3::text[], $4::text[], $5::bytea[]) with ordinality as f(name, path, sha256, n)`,
    [i.tenantId, i.ingestionId, i.files.map((f) => f.name), i.files.map((f) => ('path' in f ? f.path : null)), i.files.map((f) => ('sha256' in f ? f.sha256 : null))],
  );
}

/** Marks the ingestion as running where it is queued. Null where there is none. */
export async function startIngestion(tx: Tx, ref: IngestionRef): Promise<{ corpusId: string; total: number } | null> {
  await tx.query(`update ingestions set status = 'running' where tenant_id = $1 and ingestion_id = $2 and status = 'queued'`, [ref.tenantId, ref.ingestionId]);
  const { rows } = await tx.query<{ corpus_id: string; total: number }>('select corpus_id, total from ingestions where tenant_id = $1 and ingestion_id = $2', [ref.tenantId, ref.ingestionId]);
  return rows[0] ? { corpusId: rows[0].corpus_id, total: rows[0].total } : null;
}

/** Ends the ingestion: `failed` only where every file failed. Null where it has ended already, or does not exist. */
export async function endIngestion(tx: Tx, ref: IngestionRef): Promise<{ corpusId: string } | null> {
  const { rows } = await tx.query<{ corpus_id: string }>(
    `update ingestions i set ended_at = now(), status = case when exists (select 1 from ingestion_files f where f.tenant_id = i.tenant_id and f.ingestion_id = i.ingestion_id and f.state not in ('failed', 'expanded')) then 'completed' else 'failed' end
     where tenant_id = $1 and ingestion_id = $2 and status in ('queued', 'running') returning corpus_id`,
    [ref.tenantId, ref.ingestionId],
  );
  return rows[0] ? { corpusId: rows[0].corpus_id } : null;
}

type Row = { ingestion_id: string; corpus_id: string; status: IngestionView['status']; total: number };
type FileRow = { name: string; state: IngestionView['files'][number]['state']; document_id: string | null; passages: number; pages: number; pages_read: number; pages_total: number | null; replaced: string | null; failure: Failure | null; pictures: number; pictures_read: number };

/** The ingestion with all its files, in order; of `corpusId` only, where one is given. */
export async function readIngestion(tx: Tx, ref: IngestionRef, corpusId?: string): Promise<IngestionView | null> {
  const { rows } = await tx.query<Row>('select ingestion_id, corpus_id, status, total from ingestions where tenant_id = $1 and ingestion_id = $2 and ($3::uuid is null or corpus_id = $3)', [ref.tenantId, ref.ingestionId, corpusId ?? null]);
  const found = rows[0];
  if (!found) return null;
  const files = (await tx.query<FileRow>(`select f.name, f.state, f.document_id, f.passages, f.pages, f.pages_read, f.pages_total, f.replaced, f.failure, p.pictures, p.pictures_read
     from ingestion_files f left join lateral (select count(*) as pictures, count(*) filter (where state in ('read', 'empty')) as pictures_read from document_pictures where tenant_id = f.tenant_id and document_id = f.document_id) p on true
     where f.tenant_id = $1 and f.ingestion_id = $2 order by f.n`,
    [ref.tenantId, ref.ingestionId])).rows;
  return {
    id: found.ingestion_id,
    corpusId: found.corpus_id,
    status: found.status,
    total: found.total,
    done: files.filter((f) => f.state === 'done' || f.state === 'duplicate' || f.state === 'expanded').length,
    failed: files.filter((f) => f.state === 'failed').length,
    files: files.map((f) => ({ name: f.name, state: f.state, documentId: f.document_id, passages: f.passages, pages: f.pages, pagesRead: f.state === 'pending' ? f.pages_read : f.pages, pagesTotal: f.pages_total, pictures: f.pictures, picturesRead: f.pictures_read, replaced: f.replaced, failure: f.failure })),
  };
}

/** Ingestions of all tenants that are still `queued` after `olderThanSeconds`: Temporal was down when they were asked for. */
export async function readQueuedIngestions(tx: Tx, olderThanSeconds: number, limit: number): Promise<IngestionRef[]> {
  const { rows } = await tx.query<{ tenant_id: string; ingestion_id: string }>(
    `select tenant_id, ingestion_id from ingestions where status = 'queued' and created_at < now() - make_interval(secs => $1) order by ingestion_id limit $2`,
    [olderThanSeconds, limit],
  );
  return rows.map((r) => ({ tenantId: r.tenant_id, ingestionId: r.ingestion_id }));
}
