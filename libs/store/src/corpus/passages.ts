import type { Tx } from '../pool.js';
import type { CorpusRef } from './corpora.js';
import type { DocumentRef } from './documents.js';
import { insertTerms } from './terms.js';

/** `page` counts from 1; 0 is the one page of a format without pages. `pageStart` is the passage's character offset in it. */
export type NewPassage = { passageId: string; page: number; pageStart: number; section: string | null; text: string };
/** `regions`: where its characters stand in its picture, where it was recognised in one. */
export type NewPage = { page: number; text: string; regions?: unknown[] };

export async function insertPages(tx: Tx, ref: DocumentRef, pages: NewPage[]): Promise<void> {
  await tx.query('insert into pages (tenant_id, document_id, page, text, regions) select $1, $2, p, t, r from unnest($3::int[], $4::text[], $5::jsonb[]) as x(p, t, r)', [ref.tenantId, ref.documentId, pages.map((p) => p.page), pages.map((p) => p.text), pages.map((p) => (p.regions ? JSON.stringify(p.regions) : null))]);
}

/** Passages of a document, and their terms; `from` is the number of the first one in its document. */
export async function insertPassages(tx: Tx, ref: DocumentRef, passages: NewPassage[], from = 0): Promise<void> {
  await tx.query(
    `insert into passages (tenant_id, corpus_id, document_id, ordinal, passage_id, page, page_start, section, text)
     select $1, $2, $3, $9 + x.n - 1, x.id, x.page, x.start, x.section, x.text
     from unnest($4::uuid[], $5::int[], $6::int[], $7::text[], $8::text[]) with ordinality as x(id, page, start, section, text, n)`,
    [ref.tenantId, ref.corpusId, ref.documentId, passages.map((p) => p.passageId), passages.map((p) => p.page), passages.map((p) => p.pageStart), passages.map((p) => p.section), passages.map((p) => p.text), from],
  );
  await insertTerms(tx, ref, passages.map((p) => p.passageId));
}

/** Characters [start, end) of a page's text stand in this part of its picture: left, top, width and height in [0,1]. */
type Region = { start: number; end: number; box: [number, number, number, number] };

/** `pageStart` is where the passage starts in `pageText`; `regions` are the page's, where it was recognised in a picture. */
export type PlacedPassage = { passageId: string; documentId: string; documentName: string; page: number | null; pageStart: number; pageText: string; regions: Region[] | null; section: string | null; text: string };

/** Passages of the corpus with the text of their pages; those that are gone are left out. */
export async function readPassages(tx: Tx, ref: CorpusRef, passageIds: string[]): Promise<PlacedPassage[]> {
  const { rows } = await tx.query<{ passage_id: string; document_id: string; name: string; page: number; page_start: number; page_text: string; regions: Region[] | null; section: string | null; text: string }>(
    `select p.passage_id, p.document_id, d.name, p.page, p.page_start, g.text as page_text, g.regions, p.section, p.text
     from passages p join documents d using (tenant_id, document_id) join pages g using (tenant_id, document_id, page)
     where p.tenant_id = $1 and p.corpus_id = $2 and p.passage_id = any($3::uuid[])`,
    [ref.tenantId, ref.corpusId, passageIds],
  );
  return rows.map((r) => ({ passageId: r.passage_id, documentId: r.document_id, documentName: r.name, page: pageOrNull(r.page), pageStart: r.page_start, pageText: r.page_text, regions: r.regions, section: r.section, text: r.text }));
}

/** Passages of a document that `model` has not embedded, in order. */
export async function readUnembedded(tx: Tx, ref: DocumentRef, model: string, limit: number): Promise<{ passageId: string; text: string }[]> {
  const { rows } = await tx.query<{ passage_id: string; text: string }>(
    'select passage_id, text from passages where tenant_id = $1 and corpus_id = $2 and document_id = $3 and embed_model is distinct from $4 order by ordinal limit $5',
    [ref.tenantId, ref.corpusId, ref.documentId, model, limit],
  );
  return rows.map((r) => ({ passageId: r.passage_id, text: r.text }));
}

export async function setEmbeddings(tx: Tx, tenantId: string, model: string, vectors: { passageId: string; vector: number[] }[]): Promise<void> {
  await tx.query(
    `update passages p set embedding = x.v::vector, embed_dims = vector_dims(x.v::vector), embed_model = $2
     from unnest($3::uuid[], $4::text[]) as x(id, v) where p.tenant_id = $1 and p.passage_id = x.id`,
    [tenantId, model, vectors.map((v) => v.passageId), vectors.map((v) => JSON.stringify(v.vector))],
  );
}

export async function hasPassages(tx: Tx, ref: CorpusRef): Promise<boolean> {
  const { rows } = await tx.query<{ found: boolean }>('select exists (select 1 from passages where tenant_id = $1 and corpus_id = $2) as found', [ref.tenantId, ref.corpusId]);
  return rows[0]!.found;
}

export const pageOrNull = (page: number): number | null => (page === 0 ? null : page);
