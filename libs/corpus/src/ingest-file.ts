import { createHash } from 'node:crypto';
import { ERROR_CODES, HoldfastError, type IngestionRef } from '#contracts';
import { countPendingPictures, dropReplaced, failIngestionFile, findDocument, holdIngestionFile, type IngestionFile, insertDocument, insertPages, insertPassages, insertPictures, lockCorpus, noteIngestionFile, type Pool, putBlob, readIngestionFile, settleIngestionFile, type Tx, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { fileBytes } from './file-bytes.js';
import { addInnerFiles } from './inner-files.js';
import { mergeAll } from './merge-all.js';
import { emptyFile, type OpenFile, openFile } from './parse/index.js';
import type { InnerFile, Parsed } from './parse/parsed.js';
import { type PassageDraft, passagesOf } from './passages.js';
import { readPages } from './read-ranges.js';

export type FileRef = IngestionRef & { n: number };
/**
 * `partial`: some of its pages are read, and it is to be called again. `pictured`: its document has no text, and pictures
 * that a model is to read. `total` is how many files the ingestion has now, `pictures` how many wait for a model.
 */
export type FileOutcome = { state: 'done' | 'duplicate' | 'expanded' | 'failed' | 'partial' | 'pictured'; corpusId: string; documentId: string | null; total: number; pictures?: number };
export type IngestOptions = { maxBytes: number; /** Milliseconds of reading before it gives way. */ budgetMs?: number; /** Whether a model is there that reads pictures. */ pictures?: boolean };

/** Long enough to make headway, short enough that a worker can be stopped. */
const BUDGET_MS = 60_000;
/** Of one document: a model takes seconds for each. */
const MOST_PICTURES = 500;

/**
 * Reads one file of an ingestion and commits its document, pages and passages in one transaction; what it has read of a
 * long file is kept in ranges on the way. An archive's files become files of the ingestion. A file that cannot be read
 * is recorded with its reason, and that is an outcome; a file that is settled is left as it is, so that a second
 * delivery doubles nothing. Passages are found by words from then on, and by vector once `embedDocument` has run.
 * @throws HoldfastError `not_found` where the ingestion is gone, `disk_full`; errors of Postgres pass through.
 */
export async function ingestFile(pool: Pool, ref: FileRef, options: IngestOptions, signal: AbortSignal): Promise<FileOutcome> {
  const file = await withTx(pool, ref.tenantId, (tx) => readIngestionFile(tx, ref));
  if (!file) throw gone();
  if (file.state !== 'pending' || file.documentId !== null) return withPictures(pool, ref, outcomeOf(file));
  try {
    return await settle(pool, ref, file, options, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (isDiskFull(error)) throw await noteDiskFull(pool, ref, error);
    if (!(error instanceof HoldfastError) || error.retryable || error.code === 'not_found') throw error;
    await withTx(pool, ref.tenantId, (tx) => failIngestionFile(tx, ref, { code: error.code, detail: error.message }));
    return { ...outcomeOf(file), state: 'failed' };
  }
}

async function settle(pool: Pool, ref: FileRef, file: IngestionFile, options: IngestOptions, signal: AbortSignal): Promise<FileOutcome> {
  const corpus = { tenantId: ref.tenantId, corpusId: file.corpusId };
  const bytes = await fileBytes(pool, corpus, file, options.maxBytes);
  const sha256 = createHash('sha256').update(bytes).digest();
  const known = await withTx(pool, ref.tenantId, (tx) => settleKnown(tx, ref, file, sha256));
  if (known) return known;
  const open = await openFile(file.name, bytes, { pictures: options.pictures ?? false });
  try {
    if (open.pages === 0) return await expand(pool, ref, await open.inner(), open);
    const pages = await readPages(pool, ref, file, { open, sha256, budgetMs: options.budgetMs ?? BUDGET_MS }, signal);
    if (!pages) return { ...outcomeOf(file), state: 'partial' };
    const inner = await open.inner();
    if (pages.length === 0) return await expand(pool, ref, inner, open);
    const passages = passagesOf(pages);
    const outcome = await withTx(pool, ref.tenantId, (tx) => save(tx, ref, { bytes, sha256, parsed: { mediaType: open.mediaType, pages, inner: [...inner] }, passages }));
    await mergeAll(pool, corpus);
    return await withPictures(pool, ref, outcome);
  } finally {
    await open.close();
  }
}

type Read = { bytes: Buffer; sha256: Buffer; parsed: Parsed; passages: PassageDraft[] };

async function save(tx: Tx, ref: FileRef, r: Read): Promise<FileOutcome> {
  const file = await lockFile(tx, ref);
  if (file.state !== 'pending' || file.documentId !== null) return outcomeOf(file);
  const document = { tenantId: ref.tenantId, corpusId: file.corpusId, documentId: uuidv7() };
  const counts = { pages: r.parsed.pages.length, passages: r.passages.length };
  const isNew = await insertDocument(tx, { ...document, name: file.name, source: file.path, mediaType: r.parsed.mediaType, bytes: r.bytes.length, sha256: r.sha256, ...counts });
  // Another file with the same bytes was faster.
  if (!isNew) return (await settleKnown(tx, ref, file, r.sha256)) ?? Promise.reject(gone());
  await putBlob(tx, document, r.sha256, r.bytes);
  await insertPages(tx, document, r.parsed.pages);
  await insertPassages(tx, document, r.passages.map((p) => ({ passageId: uuidv7(), ...p })));
  const pictures = r.parsed.pages.flatMap((p) => (p.pictures ?? []).map((box) => ({ page: p.page, box }))).slice(0, MOST_PICTURES);
  await insertPictures(tx, document, pictures);
  const added = await addInnerFiles(tx, ref, file, r.parsed.inner ?? []);
  const replaced = file.path === null ? null : await dropReplaced(tx, document, file.path);
  const state = counts.passages === 0 && pictures.length > 0 ? 'pictured' : 'done';
  if (state === 'done') await settleIngestionFile(tx, ref, { state, documentId: document.documentId, replaced, ...counts });
  else await holdIngestionFile(tx, ref, { documentId: document.documentId, pages: counts.pages, replaced });
  return { state, corpusId: file.corpusId, documentId: document.documentId, total: file.total + added };
}

/** A file that is nothing but the files in it. */
async function expand(pool: Pool, ref: FileRef, inner: Iterable<InnerFile>, open: OpenFile): Promise<FileOutcome> {
  return withTx(pool, ref.tenantId, async (tx) => {
    const file = await lockFile(tx, ref);
    if (file.state !== 'pending') return outcomeOf(file);
    const added = await addInnerFiles(tx, ref, file, inner);
    if (added === 0) throw emptyFile(open);
    await settleIngestionFile(tx, ref, { state: 'expanded', documentId: null, pages: 0, passages: 0 });
    return { state: 'expanded', corpusId: file.corpusId, documentId: null, total: file.total + added };
  });
}

async function lockFile(tx: Tx, ref: FileRef): Promise<IngestionFile> {
  const file = await readIngestionFile(tx, ref, true);
  if (!file || !(await lockCorpus(tx, { ...ref, corpusId: file.corpusId }, 'share'))) throw gone();
  return file;
}

async function settleKnown(tx: Tx, ref: FileRef, file: IngestionFile, sha256: Buffer): Promise<FileOutcome | null> {
  const known = await findDocument(tx, { tenantId: ref.tenantId, corpusId: file.corpusId }, sha256);
  if (!known) return null;
  const replaced = file.path === null ? null : await dropReplaced(tx, { tenantId: ref.tenantId, corpusId: file.corpusId, documentId: known.id }, file.path);
  await settleIngestionFile(tx, ref, { state: 'duplicate', documentId: known.id, pages: known.pages, passages: known.passages, replaced });
  return { ...outcomeOf(file), state: 'duplicate', documentId: known.id };
}

/** Of the file system (ENOSPC, EDQUOT) or of Postgres (53100). */
function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', '53100'].includes(String((error as { code?: unknown }).code));
}

async function noteDiskFull(pool: Pool, ref: FileRef, cause: unknown): Promise<HoldfastError> {
  const failure = new HoldfastError('disk_full', `${ERROR_CODES.disk_full.title}. Free some space: the file is tried again, and nothing of it was kept.`, { cause });
  // The note itself needs a little space.
  await withTx(pool, ref.tenantId, (tx) => noteIngestionFile(tx, ref, { code: failure.code, detail: failure.message })).catch(() => undefined);
  return failure;
}

/** A delivery that finds the file read still says what is to be done about its pictures. */
async function withPictures(pool: Pool, ref: FileRef, outcome: FileOutcome): Promise<FileOutcome> {
  const { corpusId, documentId, state } = outcome;
  if (documentId === null || (state !== 'done' && state !== 'pictured')) return outcome;
  const pictures = await withTx(pool, ref.tenantId, (tx) => countPendingPictures(tx, { tenantId: ref.tenantId, corpusId, documentId }));
  return pictures > 0 || state === 'pictured' ? { ...outcome, pictures } : outcome;
}

function outcomeOf(file: IngestionFile): FileOutcome {
  const state = file.state === 'pending' ? 'pictured' : file.state;
  return { state, corpusId: file.corpusId, documentId: file.documentId, total: file.total };
}

function gone(): HoldfastError {
  return new HoldfastError('not_found', 'The ingestion or its corpus is gone.');
}
