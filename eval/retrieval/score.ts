import { LOCAL_TENANT } from '#contracts';
import { type Embedder, embedTexts } from '#corpus';
import { type Pool, searchPassages, withTx } from '#store';
import type { IndexedSet } from './index-set.js';
import type { RetrievalSet } from './sets.js';

export const WAYS = ['words', 'vectors', 'both'] as const;
export type Way = (typeof WAYS)[number];
/** Shares of questions in [0,1], the mean reciprocal rank of the right document within ten passages, and milliseconds a search in Postgres. */
export type Score = { questions: number; first: number; firstFive: number; mrr: number; ms: number };

const DEPTH = 10;

/** Asks every question in each way; a question is answered where a passage of its document comes up. */
export async function scoreSet(pool: Pool, embedder: Embedder, set: RetrievalSet, indexed: IndexedSet, most: number): Promise<Record<Way, Score>> {
  const ranks: Record<Way, number[]> = { words: [], vectors: [], both: [] };
  const spent: Record<Way, number> = { words: 0, vectors: 0, both: 0 };
  for (const { text, document } of everyNth(set.questions, most)) {
    const [values] = await embedTexts(embedder, [text], new AbortController().signal);
    const vector = { model: embedder.embedModel, values: values! };
    for (const way of WAYS) {
      const started = performance.now();
      const hits = await withTx(pool, LOCAL_TENANT, (tx) => searchPassages(tx, { ...indexed.corpus, query: way === 'vectors' ? '' : text, vector: way === 'words' ? null : vector, limit: DEPTH }));
      spent[way] += performance.now() - started;
      ranks[way].push(hits.findIndex((h) => h.documentId === indexed.documentIds[document]) + 1);
    }
  }
  const score = (way: Way): Score => summary(ranks[way], spent[way]);
  return { words: score('words'), vectors: score('vectors'), both: score('both') };
}

function summary(ranks: number[], ms: number): Score {
  const n = ranks.length;
  const share = (most: number): number => ranks.filter((r) => r > 0 && r <= most).length / n;
  return { questions: n, first: share(1), firstFive: share(5), mrr: ranks.reduce((sum, r) => sum + (r ? 1 / r : 0), 0) / n, ms: ms / n };
}

/** At most `most` of them, evenly spread. */
function everyNth<T>(all: T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)]!);
}
