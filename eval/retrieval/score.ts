import { LOCAL_TENANT } from '#contracts';
import { type Embedder, embedTexts } from '#corpus';
import { type Pool, searchPassages, withTx } from '#store';
import type { IndexedSet } from './index-set.js';
import type { RetrievalSet } from './sets.js';

export const WAYS = ['words', 'vectors', 'hybrid'] as const;
export type Way = (typeof WAYS)[number];
/** Shares of questions in [0,1] whose document is first, and among the first ten; the mean reciprocal rank within ten; milliseconds a search in Postgres. */
export type Score = { questions: number; recall1: number; recall10: number; mrr: number; ms: number };
export const FIGURES = ['recall1', 'recall10', 'mrr'] as const;

const DEPTH = 10;

/** Asks every question in each way; a question is answered where a passage of its document comes up. */
export async function scoreSet(pool: Pool, embedder: Embedder, set: RetrievalSet, indexed: IndexedSet, most: number): Promise<Record<Way, Score>> {
  const ranks: Record<Way, number[]> = { words: [], vectors: [], hybrid: [] };
  const spent: Record<Way, number> = { words: 0, vectors: 0, hybrid: 0 };
  const questions = everyNth(set.questions, most);
  const vectors = await embedTexts(embedder, questions.map((q) => q.text), new AbortController().signal);
  for (const [i, { text, document }] of questions.entries()) {
    const vector = { model: embedder.embedModel, values: vectors[i]! };
    for (const way of WAYS) {
      const started = performance.now();
      const hits = await withTx(pool, LOCAL_TENANT, (tx) => searchPassages(tx, { ...indexed.corpus, query: way === 'vectors' ? '' : text, vector: way === 'words' ? null : vector, limit: DEPTH }));
      spent[way] += performance.now() - started;
      ranks[way].push(hits.findIndex((h) => h.documentId === indexed.documentIds[document]) + 1);
    }
  }
  const score = (way: Way): Score => summary(ranks[way], spent[way]);
  return { words: score('words'), vectors: score('vectors'), hybrid: score('hybrid') };
}

/** The mean over sets, each counting the same. */
export function meanOf(scores: Score[]): Score {
  const mean = (of: (s: Score) => number): number => scores.reduce((sum, s) => sum + of(s), 0) / scores.length;
  return { questions: scores.reduce((sum, s) => sum + s.questions, 0), recall1: mean((s) => s.recall1), recall10: mean((s) => s.recall10), mrr: mean((s) => s.mrr), ms: mean((s) => s.ms) };
}

function summary(ranks: number[], ms: number): Score {
  const n = ranks.length;
  const share = (most: number): number => ranks.filter((r) => r > 0 && r <= most).length / n;
  return { questions: n, recall1: share(1), recall10: share(DEPTH), mrr: ranks.reduce((sum, r) => sum + (r ? 1 / r : 0), 0) / n, ms: ms / n };
}

/** At most `most` of them, evenly spread. */
function everyNth<T>(all: T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, i) => all[Math.floor(i * step)]!);
}
