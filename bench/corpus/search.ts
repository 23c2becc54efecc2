import { LOCAL_TENANT as tenantId } from '#contracts';
import { type Embedder, embedTexts, sentencesOf } from '#corpus';
import { seededRandom } from '#platform';
import { insertCorpus, type Pool, searchPassages, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import type { Row } from '../options.js';
import { fillCorpus } from './fill.js';

const SENTENCES = 6;
const { signal } = new AbortController();

/** `seeds`: passages that are embedded; the others have the vector of one of them, moved a little. */
export type SearchSize = { total: number; seeds: number };

/**
 * Search in a corpus of `total` passages that are put together from the sentences of real texts. The first `seeds` of
 * them have their own vectors, all others that of a seed plus noise; questions are real ones with their own vectors. Both
 * rankings, the query's embedding apart. Milliseconds by percentile, and the index's size.
 */
export async function measureSearch(pool: Pool, embedder: Embedder, texts: string[], questions: string[], size: SearchSize, report: (line: string) => void): Promise<{ rows: Row[]; metrics: Record<string, number> }> {
  const { total } = size;
  const ref = { tenantId, corpusId: uuidv7() };
  const random = seededRandom(7);
  const sentences = texts.flatMap((t) => sentencesOf(t).map((s) => s.text));
  const recombined = (): string => Array.from({ length: SENTENCES }, () => sentences[Math.floor(random() * sentences.length)]).join(' ');
  const seedTexts = Array.from({ length: size.seeds }, recombined);
  report(`Embedding ${seedTexts.length} passages and ${questions.length} questions`);
  const seeds = await embedTexts(embedder, seedTexts, signal);
  const asked = await embedTexts(embedder, questions, signal);
  await withTx(pool, tenantId, (tx) => insertCorpus(tx, { ...ref, name: 'bench' }));
  let [textsUsed, vectorsUsed] = [0, 0];
  const material = {
    dims: seeds[0]!.length, model: embedder.embedModel,
    text: () => seedTexts[textsUsed++] ?? recombined(),
    vector: () => seeds[vectorsUsed++] ?? noisy(seeds[Math.floor(random() * seeds.length)]!, random),
  };
  const started = performance.now();
  await fillCorpus(pool, ref, total, material, report);
  const filling = (performance.now() - started) / 1_000;
  const times: number[] = [];
  for (const [i, n] of [...questions.keys()].slice(0, 20).concat([...questions.keys()]).entries()) {
    const vector = { model: material.model, values: asked[n]! };
    const started = performance.now();
    await withTx(pool, tenantId, (tx) => searchPassages(tx, { ...ref, query: questions[n]!, vector, limit: 10 }));
    if (i >= 20) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  const { rows: sizes } = await pool.query<{ terms: number; vectors: number }>(`select pg_total_relation_size('term_postings')::float8 / 1e6 as terms, pg_relation_size('passages_vectors_${material.dims}')::float8 / 1e6 as vectors`);
  const metrics = { search_p50_ms: at(0.5), search_p95_ms: at(0.95), terms_mb: sizes[0]!.terms, vectors_mb: sizes[0]!.vectors, fill_seconds: filling };
  return { rows: [{ passages: total, embedded: seeds.length, searches: times.length, 'p50 ms': at(0.5).toFixed(1), 'p95 ms': at(0.95).toFixed(1), 'terms MB': sizes[0]!.terms.toFixed(0), 'vectors MB': sizes[0]!.vectors.toFixed(0), 'filled in s': filling.toFixed(0) }], metrics };
}

/** A vector some way off, of length 1. */
function noisy(of: number[], random: () => number): number[] {
  const moved = of.map((v) => v + (random() - 0.5) * (2 / Math.sqrt(of.length)));
  const length = Math.hypot(...moved);
  return moved.map((v) => v / length);
}
