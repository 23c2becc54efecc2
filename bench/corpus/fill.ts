import { createHash } from 'node:crypto';
import { LOCAL_TENANT as tenantId } from '#contracts';
import { type CorpusRef, insertDocument, insertPages, insertPassages, type Pool, withTx } from '#store';
import { passagesOf, plainPage } from '#corpus';
import { v7 as uuidv7 } from 'uuid';

/** Large ones: 100,000 passages are then 20 segments of terms, as many as may lie between two merges. */
const DOCUMENT_PASSAGES = 5_000;
const VECTORS_A_TURN = 2_000;

/** Texts and vectors by number: the same ones each time, whatever the order they are asked in. */
export type Material = { dims: number; model: string; text(): string; vector(): number[] };

/**
 * Fills a corpus with `total` passages. Rows go in by documents, as ingestion writes them; the vectors' index is taken
 * away meanwhile and built at the end, which is some twenty times quicker than keeping it up row by row.
 */
export async function fillCorpus(pool: Pool, ref: CorpusRef, total: number, material: Material, report: (line: string) => void): Promise<void> {
  const index = `passages_vectors_${material.dims}`;
  const { rows } = await pool.query<{ definition: string }>('select indexdef as definition from pg_indexes where indexname = $1', [index]);
  await pool.query(`drop index ${index}`);
  for (let done = 0; done < total; done += DOCUMENT_PASSAGES) {
    const size = Math.min(DOCUMENT_PASSAGES, total - done);
    const document = { ...ref, documentId: uuidv7() };
    const passages = Array.from({ length: size }, () => ({ ...passagesOf([plainPage(0, material.text())])[0]!, passageId: uuidv7() }));
    await withTx(pool, tenantId, async (tx) => {
      await insertDocument(tx, { ...document, name: `d${done}`, mediaType: 'text/plain', bytes: 1, sha256: createHash('sha256').update(`${done}`).digest(), pages: 1, passages: size });
      await insertPages(tx, document, [{ page: 0, text: '' }]);
      await insertPassages(tx, document, passages);
    });
    report(`${done + size} of ${total} passages`);
  }
  await fillVectors(pool, ref, total, material);
  report('Building the index of vectors');
  await pool.query(`set maintenance_work_mem = '1GB'; ${rows[0]!.definition}; reset maintenance_work_mem`);
  await pool.query('vacuum analyze passages');
  await pool.query('vacuum analyze term_postings');
}

/** Numbers run through the corpus, so that a turn takes a range of them. */
async function fillVectors(pool: Pool, ref: CorpusRef, total: number, material: Material): Promise<void> {
  const { rows } = await pool.query<{ first: number }>('select min(no) as first from passages where tenant_id = $1 and corpus_id = $2', [tenantId, ref.corpusId]);
  for (let done = 0; done < total; done += VECTORS_A_TURN) {
    const vectors = Array.from({ length: Math.min(VECTORS_A_TURN, total - done) }, () => `[${material.vector().map((v) => v.toFixed(6)).join(',')}]`);
    await withTx(pool, tenantId, (tx) => tx.query(
      `update passages p set embedding = x.v::vector, embed_dims = ${material.dims}, embed_model = $3
       from unnest($4::text[]) with ordinality as x(v, n) where p.tenant_id = $1 and p.corpus_id = $2 and p.no = $5 + x.n - 1`,
      [tenantId, ref.corpusId, material.model, vectors, rows[0]!.first + done],
    ));
  }
}
