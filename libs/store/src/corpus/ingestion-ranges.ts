import type { Failure } from '#contracts';
import type { Tx } from '../pool.js';
import type { IngestionFileRef } from './ingestion-files.js';

/** A page as it was read, kept until all of its file is. */
export type RangePage = { page: number; text: string; sections: { title: string | null; start: number; end: number }[]; regions?: { start: number; end: number; box: [number, number, number, number] }[]; /** Parts of the page that hold pictures for a model to read. */ pictures?: [number, number, number, number][] };

/** How far a file is: `read` of its `total` pages, from the bytes that have this hash. */
export type RangeProgress = { read: number; total: number; sha256: Buffer };

/** Keeps pages of a file that is still pending, and notes how far it is. False where it is pending no more. */
export async function putRange(tx: Tx, ref: IngestionFileRef, pages: RangePage[], progress: RangeProgress): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update ingestion_files set pages_read = $4, pages_total = $5, range_sha256 = $6, failure = null where tenant_id = $1 and ingestion_id = $2 and n = $3 and state = 'pending'`,
    [ref.tenantId, ref.ingestionId, ref.n, progress.read, progress.total, progress.sha256],
  );
  if (rowCount !== 1) return false;
  await tx.query(
    `insert into ingestion_pages (tenant_id, ingestion_id, n, page, text, sections, regions, pictures)
     select $1, $2, $3, x.page, x.text, x.sections, x.regions, x.pictures from unnest($4::int[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[]) as x(page, text, sections, regions, pictures) on conflict do nothing`,
    [ref.tenantId, ref.ingestionId, ref.n, pages.map((p) => p.page), pages.map((p) => p.text), pages.map((p) => JSON.stringify(p.sections)), pages.map((p) => (p.regions ? JSON.stringify(p.regions) : null)), pages.map((p) => (p.pictures ? JSON.stringify(p.pictures) : null))],
  );
  return true;
}

/** Forgets pages of another state of the file. */
export async function dropRanges(tx: Tx, ref: IngestionFileRef): Promise<void> {
  await tx.query('delete from ingestion_pages where tenant_id = $1 and ingestion_id = $2 and n = $3', [ref.tenantId, ref.ingestionId, ref.n]);
  await tx.query('update ingestion_files set pages_read = 0, range_sha256 = null where tenant_id = $1 and ingestion_id = $2 and n = $3', [ref.tenantId, ref.ingestionId, ref.n]);
}

export async function readRanges(tx: Tx, ref: IngestionFileRef): Promise<RangePage[]> {
  const { rows } = await tx.query<{ page: number; text: string; sections: RangePage['sections']; regions: NonNullable<RangePage['regions']> | null; pictures: NonNullable<RangePage['pictures']> | null }>(
    'select page, text, sections, regions, pictures from ingestion_pages where tenant_id = $1 and ingestion_id = $2 and n = $3 order by page',
    [ref.tenantId, ref.ingestionId, ref.n],
  );
  return rows.map(({ regions, pictures, ...page }) => ({ ...page, ...(regions ? { regions } : {}), ...(pictures ? { pictures } : {}) }));
}

export type InnerFileRow = { name: string } & ({ sha256: Buffer } | { failure: Failure });

/** Appends a file's inner files to its ingestion, numbered after all others; those that are refused are `failed` at once. */
export async function appendInnerFile(tx: Tx, ref: { tenantId: string; ingestionId: string }, file: InnerFileRow): Promise<void> {
  const { rows } = await tx.query<{ total: number }>('update ingestions set total = total + 1 where tenant_id = $1 and ingestion_id = $2 returning total', [ref.tenantId, ref.ingestionId]);
  const failure = 'failure' in file ? JSON.stringify(file.failure) : null;
  await tx.query(
    `insert into ingestion_files (tenant_id, ingestion_id, n, name, sha256, state, failure) values ($1, $2, $3, $4, $5, case when $6::jsonb is null then 'pending' else 'failed' end, $6)`,
    [ref.tenantId, ref.ingestionId, rows[0]!.total - 1, file.name, 'sha256' in file ? file.sha256 : null, failure],
  );
}
