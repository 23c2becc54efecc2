import { ERROR_CODES, type ErrorCode, HoldfastError, type IngestionRef } from '#contracts';
import { dropOrphanBlobs, endIngestion, failIngestionFile, lockCorpus, type Pool, readUnembedded, setEmbeddings, startIngestion, withTx } from '#store';
import { type Embedder, embedTexts } from './embed.js';
import type { FileRef } from './ingest-file.js';

/** Texts in one request to the embedding model: some seconds on a small machine, and little to do again after a kill. */
const BATCH = 16;

/** Marks the ingestion as running. @throws HoldfastError `not_found` */
export async function beginIngestion(pool: Pool, ref: IngestionRef): Promise<{ total: number }> {
  const started = await withTx(pool, ref.tenantId, (tx) => startIngestion(tx, ref));
  if (!started) throw new HoldfastError('not_found', 'The ingestion is gone.');
  return { total: started.total };
}

/**
 * Embeds the passages of a document that have no vector of this embedder's model yet; goes on where it stopped.
 * @returns `partial` where its time was over first.
 */
export async function embedDocument(pool: Pool, embedder: Embedder, ref: { tenantId: string; corpusId: string; documentId: string }, signal: AbortSignal, budgetMs = Infinity): Promise<'done' | 'partial'> {
  const started = Date.now();
  for (;;) {
    const batch = await withTx(pool, ref.tenantId, (tx) => readUnembedded(tx, ref, embedder.embedModel, BATCH));
    if (batch.length === 0) return 'done';
    if (Date.now() - started >= budgetMs) return 'partial';
    const vectors = await embedTexts(embedder, batch.map((p) => p.text), signal);
    await withTx(pool, ref.tenantId, (tx) => setEmbeddings(tx, ref.tenantId, embedder.embedModel, batch.map((p, i) => ({ passageId: p.passageId, vector: vectors[i]! }))));
  }
}

/** Records that a file was given up after its tries were used up. */
export async function giveUpFile(pool: Pool, ref: FileRef, code: ErrorCode): Promise<void> {
  await withTx(pool, ref.tenantId, (tx) => failIngestionFile(tx, ref, { code, detail: `${ERROR_CODES[code].title}. It was tried several times; ingest the file again once that is mended.` }));
}

/** Ends the ingestion and drops the bytes of uploads that came to nothing. Ending it twice changes nothing. */
export async function finishIngestion(pool: Pool, ref: IngestionRef): Promise<void> {
  await withTx(pool, ref.tenantId, async (tx) => {
    const ended = await endIngestion(tx, ref);
    if (!ended) return;
    const corpus = { tenantId: ref.tenantId, corpusId: ended.corpusId };
    if (await lockCorpus(tx, corpus, 'alone')) await dropOrphanBlobs(tx, corpus);
  });
}
