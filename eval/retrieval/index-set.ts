import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { LOCAL_TENANT } from '#contracts';
import { type Embedder, embedTexts, passagesOf, plainPage } from '#corpus';
import { type CorpusRef, insertCorpus, insertDocument, insertPages, insertPassages, type Pool, setEmbeddings, withTx } from '#store';
import type { RetrievalSet } from './sets.js';

export type IndexedSet = { corpus: CorpusRef; documentIds: string[]; passages: number };

const BATCH = 16;

/** Puts a set into a corpus of its own as ingestion does, but for the files. */
export async function indexSet(pool: Pool, embedder: Embedder, set: RetrievalSet): Promise<IndexedSet> {
  const corpus = { tenantId: LOCAL_TENANT, corpusId: uuidv7() };
  await withTx(pool, LOCAL_TENANT, (tx) => insertCorpus(tx, { ...corpus, name: set.name }));
  const documentIds = set.documents.map(() => uuidv7());
  const embeddable: { passageId: string; text: string }[] = [];
  for (const [i, d] of set.documents.entries()) {
    const page = plainPage(0, d.text);
    const passages = passagesOf([page]).map((p) => ({ ...p, passageId: uuidv7() }));
    const ref = { ...corpus, documentId: documentIds[i]! };
    await withTx(pool, LOCAL_TENANT, async (tx) => {
      const sha256 = createHash('sha256').update(`${i} ${d.text}`).digest();
      await insertDocument(tx, { ...ref, name: d.name, mediaType: 'text/plain', bytes: d.text.length, sha256, pages: 1, passages: passages.length });
      await insertPages(tx, ref, [{ page: 0, text: d.text }]);
      await insertPassages(tx, ref, passages);
    });
    embeddable.push(...passages);
  }
  for (let i = 0; i < embeddable.length; i += BATCH) {
    const batch = embeddable.slice(i, i + BATCH);
    const vectors = await embedTexts(embedder, batch.map((p) => p.text), new AbortController().signal);
    await withTx(pool, LOCAL_TENANT, (tx) => setEmbeddings(tx, LOCAL_TENANT, embedder.embedModel, batch.map((p, n) => ({ passageId: p.passageId, vector: vectors[n]! }))));
  }
  return { corpus, documentIds, passages: embeddable.length };
}
