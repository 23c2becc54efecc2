import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LOCAL_PRINCIPAL, LOCAL_TENANT as tenantId } from '#contracts';
import { beginIngestion, ingestFile, parseFile } from '#corpus';
import { insertCorpus, insertIngestion, type Pool, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import type { Row } from '../options.js';

const MOST_BYTES = 64 << 20;
const { signal } = new AbortController();

/** Pages a second of the parser alone and of ingestion with its index, on the PDFs below a folder; embeddings apart. */
export async function measureIngestion(pool: Pool, folder: string, rounds: number): Promise<{ rows: Row[]; metrics: Record<string, number> }> {
  const files = await pdfsBelow(folder);
  const corpusOf = async (): Promise<{ corpusId: string; ref: { tenantId: string; ingestionId: string } }> => {
    const [corpusId, ingestionId] = [uuidv7(), uuidv7()];
    await withTx(pool, tenantId, async (tx) => {
      await insertCorpus(tx, { tenantId, corpusId, name: 'bench' });
      await insertIngestion(tx, { tenantId, corpusId, ingestionId, principalId: LOCAL_PRINCIPAL, files: files.map((path) => ({ name: basename(path), path })) });
    });
    return { corpusId, ref: { tenantId, ingestionId } };
  };
  let [pages, parsing, ingesting] = [0, 0, 0];
  // The first round warms both up.
  for (let round = 0; round <= rounds; round++) {
    const counted = round > 0;
    let started = performance.now();
    for (const file of files) {
      const parsed = await parseFile(basename(file), await readFile(file), signal);
      if (counted) pages += parsed.pages.length;
    }
    if (counted) parsing += performance.now() - started;
    const { ref } = await corpusOf();
    await beginIngestion(pool, ref);
    started = performance.now();
    for (const n of files.keys()) await ingestWhole(pool, { ...ref, n });
    if (counted) ingesting += performance.now() - started;
  }
  const [bare, whole] = [(1_000 * pages) / parsing, (1_000 * pages) / ingesting];
  return {
    rows: [{ files: files.length, pages: pages / rounds, 'parser, pages/s': bare.toFixed(0), 'ingestion, pages/s': whole.toFixed(0), share: (whole / bare).toFixed(2) }],
    metrics: { parser_pages_per_second: bare, ingestion_pages_per_second: whole, ingestion_share: whole / bare },
  };
}

/** A file that is refused would count for nothing in no time. */
async function ingestWhole(pool: Pool, ref: Parameters<typeof ingestFile>[1]): Promise<void> {
  let state = 'partial';
  while (state === 'partial') ({ state } = await ingestFile(pool, ref, { maxBytes: MOST_BYTES }, signal));
  if (state !== 'done' && state !== 'duplicate') throw new Error(`File ${ref.n} was not taken in: it is ${state}.`);
}

/** PDFs with text of their own: recognition would be all that is measured. */
async function pdfsBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true })) {
    // As the API names files: one whose folder is a link is not read under that link.
    const path = await realpath(join(folder, entry));
    if (!path.toLowerCase().endsWith('.pdf') || (await stat(path)).size > MOST_BYTES) continue;
    const parsed = await parseFile(basename(path), await readFile(path), signal).catch(() => null);
    if (parsed && parsed.pages.every((p) => !p.regions)) found.push(path);
  }
  if (found.length === 0) throw new Error('There is no PDF to measure with.');
  return found;
}
