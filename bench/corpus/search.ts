import { LOCAL_TENANT as tenantId } from '#contracts';
import { sentencesOf } from '#corpus';
import { insertCorpus, type Pool, searchPassages, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import type { Row } from '../options.js';
import { fillCorpus } from './fill.js';

const SENTENCES = 6;
const DIMS = 384;
const MODEL = 'bench';

/**
 * Search in a corpus of `total` passages that are put together from the sentences of real texts, each with the vector of
 * a seed text plus noise; both rankings, the query's vector apart. Milliseconds by percentile, and the index's size.
 */
export async function measureSearch(pool: Pool, texts: string[], questions: string[], vectors: number[][], total: number, report: (line: string) => void): Promise<{ rows: Row[]; metrics: Record<string, number> }> {
  const ref = { tenantId, corpusId: uuidv7() };
  const random = seeded(7);
  const sentences = texts.flatMap((t) => sentencesOf(t).map((s) => s.text));
  await withTx(pool, tenantId, (tx) => insertCorpus(tx, { ...ref, name: 'bench' }));
  const material = {
    dims: DIMS, model: MODEL,
    text: () => Array.from({ length: SENTENCES }, () => sentences[Math.floor(random() * sentences.length)]).join(' '),
    vector: () => noisy(vectors[Math.floor(random() * vectors.length)]!, random),
  };
  const started = performance.now();
  await fillCorpus(pool, ref, total, material, report);
  const filling = (performance.now() - started) / 1_000;
  const times: number[] = [];
  for (const [i, query] of [...questions.slice(0, 20), ...questions].entries()) {
    const vector = { model: MODEL, values: material.vector() };
    const started = performance.now();
    await withTx(pool, tenantId, (tx) => searchPassages(tx, { ...ref, query, vector, limit: 10 }));
    if (i >= 20) times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  const { rows: sizes } = await pool.query<{ terms: number; vectors: number }>(`select pg_total_relation_size('term_postings')::float8 / 1e6 as terms, pg_relation_size('passages_vectors_384')::float8 / 1e6 as vectors`);
  const metrics = { search_p50_ms: at(0.5), search_p95_ms: at(0.95), terms_mb: sizes[0]!.terms, vectors_mb: sizes[0]!.vectors, fill_seconds: filling };
  return { rows: [{ passages: total, searches: times.length, 'p50 ms': at(0.5).toFixed(1), 'p95 ms': at(0.95).toFixed(1), 'terms MB': sizes[0]!.terms.toFixed(0), 'vectors MB': sizes[0]!.vectors.toFixed(0), 'filled in s': filling.toFixed(0) }], metrics };
}

/** A vector some way off, of length 1. */
function noisy(of: number[], random: () => number): number[] {
  const moved = of.map((v) => v + (random() - 0.5) * (2 / Math.sqrt(DIMS)));
  const length = Math.hypot(...moved);
  return moved.map((v) => v / length);
}

/** Mulberry32: the same numbers each time. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
