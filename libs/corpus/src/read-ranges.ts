import { dropRanges, type IngestionFile, type IngestionFileRef, type Pool, putRange, readRanges, withTx } from '#store';
import { type OpenFile, saysSomething } from './parse/index.js';
import type { ParsedPage } from './parse/parsed.js';

/** Pages that are committed together: what a kill costs. Recognised ones take a second each, and count for as many. */
const RANGE = 32;
const RECOGNISED = 8;

/** `budgetMs`: how long one activity reads before it gives way; it ends at the end of a range. */
export type RangeReading = { open: OpenFile; sha256: Buffer; budgetMs: number };

/**
 * Reads the pages of a file range by range, going on behind those that an earlier delivery has committed.
 * @returns all its pages, or null where the time was up before the last one or the file is pending no more
 */
export async function readPages(pool: Pool, ref: IngestionFileRef, file: IngestionFile, { open, sha256, budgetMs }: RangeReading, signal: AbortSignal): Promise<ParsedPage[] | null> {
  const until = performance.now() + budgetMs;
  const started = await readFrom(pool, ref, file, sha256);
  let pages: ParsedPage[] = [];
  let weight = 0;
  for (let n = started + 1; n <= open.pages; n++) {
    const read = (await open.read(n, signal)).filter(saysSomething);
    pages.push(...read);
    weight += read.some((p) => p.regions) ? RECOGNISED : 1;
    if (weight < RANGE || n === open.pages) continue;
    const kept = await withTx(pool, ref.tenantId, (tx) => putRange(tx, ref, pages, { read: n, total: open.pages, sha256 }));
    if (!kept || performance.now() > until) return null;
    pages = [];
    weight = 0;
  }
  if (open.pages <= 1) return pages;
  return [...(await withTx(pool, ref.tenantId, (tx) => readRanges(tx, ref))), ...pages];
}

/** Pages of other bytes are not this file's. */
async function readFrom(pool: Pool, ref: IngestionFileRef, file: IngestionFile, sha256: Buffer): Promise<number> {
  if (file.pagesRead === 0 || file.rangeSha256?.equals(sha256)) return file.pagesRead;
  await withTx(pool, ref.tenantId, (tx) => dropRanges(tx, ref));
  return 0;
}
