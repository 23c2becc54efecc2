import type { Tx } from '../pool.js';
import type { DocumentRef } from './documents.js';

/** Left, top, width and height as shares of the page. */
export type Box = [number, number, number, number];
export type NewPicture = { page: number; box: Box };
export type PictureRef = DocumentRef & { n: number };
export type PendingPicture = { n: number; page: number; box: Box; /** Of the document. */ name: string; sha256: Buffer };

export async function insertPictures(tx: Tx, ref: DocumentRef, pictures: NewPicture[]): Promise<void> {
  if (pictures.length === 0) return;
  await tx.query(
    `insert into document_pictures (tenant_id, document_id, n, page, box)
     select $1, $2, x.n - 1, x.page, array(select jsonb_array_elements_text(x.box)::real) from unnest($3::int[], $4::jsonb[]) with ordinality as x(page, box, n)`,
    [ref.tenantId, ref.documentId, pictures.map((p) => p.page), pictures.map((p) => JSON.stringify(p.box))],
  );
}

/** The first picture of a document that nobody has read yet, or null. */
export async function nextPicture(tx: Tx, ref: DocumentRef): Promise<PendingPicture | null> {
  const { rows } = await tx.query<PendingPicture>(
    `select p.n, p.page, p.box, d.name, d.sha256 from document_pictures p join documents d using (tenant_id, document_id)
     where p.tenant_id = $1 and p.document_id = $2 and d.corpus_id = $3 and p.state = 'pending' order by p.n limit 1`,
    [ref.tenantId, ref.documentId, ref.corpusId],
  );
  return rows[0] ?? null;
}

export async function countPendingPictures(tx: Tx, ref: DocumentRef): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(`select count(*) as n from document_pictures where tenant_id = $1 and document_id = $2 and state = 'pending'`, [ref.tenantId, ref.documentId]);
  return rows[0]!.n;
}

/** Notes what became of a picture. False where somebody else has read it meanwhile, or it is gone. */
export async function settlePicture(tx: Tx, ref: PictureRef, state: 'read' | 'empty' | 'failed'): Promise<boolean> {
  const { rowCount } = await tx.query(`update document_pictures set state = $4 where tenant_id = $1 and document_id = $2 and n = $3 and state = 'pending'`, [ref.tenantId, ref.documentId, ref.n, state]);
  return rowCount === 1;
}

/** Gives up on what is pending: nobody could read it. */
export async function failPictures(tx: Tx, ref: DocumentRef): Promise<void> {
  await tx.query(`update document_pictures set state = 'failed' where tenant_id = $1 and document_id = $2 and state = 'pending'`, [ref.tenantId, ref.documentId]);
}

/** Puts text behind what a page has, as standing in a part of it. @returns the page's text and where the new text starts in it; null where the page is gone */
export async function appendToPage(tx: Tx, ref: DocumentRef, page: number, text: string, box: Box): Promise<{ text: string; start: number } | null> {
  const { rows } = await tx.query<{ text: string }>('select text from pages where tenant_id = $1 and document_id = $2 and page = $3 for update', [ref.tenantId, ref.documentId, page]);
  if (!rows[0]) return null;
  const before = rows[0].text === '' ? '' : `${rows[0].text}\n\n`;
  const region = { start: before.length, end: before.length + text.length, box };
  await tx.query(`update pages set text = $4, regions = coalesce(regions, '[]'::jsonb) || $5::jsonb where tenant_id = $1 and document_id = $2 and page = $3`, [ref.tenantId, ref.documentId, page, before + text, JSON.stringify([region])]);
  return { text: before + text, start: before.length };
}

/** Counts passages that came to a document after it was written. @returns how many it has now: the number of the next one */
export async function addToPassageCount(tx: Tx, ref: DocumentRef, more: number): Promise<number> {
  const { rows } = await tx.query<{ passages: number }>('update documents set passages = passages + $3 where tenant_id = $1 and document_id = $2 returning passages', [ref.tenantId, ref.documentId, more]);
  return rows[0]?.passages ?? 0;
}
