import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ERROR_CODES, HoldfastError, type IngestionRef } from '#contracts';
import { failIngestionFile, findDocument, type IngestionFile, insertDocument, insertPages, insertPassages, lockCorpus, noteIngestionFile, type Pool, putBlob, readBlob, readIngestionFile, settleIngestionFile, type Tx, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import { parseFile } from './parse/index.js';
import type { Parsed } from './parse/parsed.js';
import { type PassageDraft, passagesOf } from './passages.js';

export type FileRef = IngestionRef & { n: number };
export type FileOutcome = { state: 'done' | 'duplicate' | 'failed'; corpusId: string; documentId: string | null };

const SHA256_OF_NOTHING = createHash('sha256').digest();

/**
 * Reads one file of an ingestion and commits its document, pages and passages in one transaction. A file that cannot be
 * read is recorded with its reason, and that is an outcome; a file that is settled is left as it is, so that a second
 * delivery doubles nothing. Passages are found by words from then on, and by vector once `embedDocument` has run.
 * @throws HoldfastError `not_found` where the ingestion is gone, `disk_full`; errors of Postgres pass through.
 */
export async function ingestFile(pool: Pool, ref: FileRef, maxBytes: number, signal: AbortSignal): Promise<FileOutcome> {
  const file = await withTx(pool, ref.tenantId, (tx) => readIngestionFile(tx, ref));
  if (!file) throw gone();
  if (file.state !== 'pending') return outcomeOf(file);
  try {
    return await settle(pool, ref, file, maxBytes, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (isDiskFull(error)) throw await noteDiskFull(pool, ref, error);
    if (!(error instanceof HoldfastError) || error.retryable || error.code === 'not_found') throw error;
    await withTx(pool, ref.tenantId, (tx) => failIngestionFile(tx, ref, { code: error.code, detail: error.message }));
    return { state: 'failed', corpusId: file.corpusId, documentId: null };
  }
}

async function settle(pool: Pool, ref: FileRef, file: IngestionFile, maxBytes: number, signal: AbortSignal): Promise<FileOutcome> {
  const bytes = file.path === null ? await readUpload(pool, ref, file) : await readServerFile(file.path, maxBytes);
  const sha256 = createHash('sha256').update(bytes).digest();
  const known = await withTx(pool, ref.tenantId, (tx) => settleKnown(tx, ref, file, sha256));
  if (known) return known;
  const parsed = await parseFile(file.name, bytes, signal);
  const passages = passagesOf(parsed.pages);
  return withTx(pool, ref.tenantId, (tx) => save(tx, ref, { bytes, sha256, parsed, passages }));
}

type Read = { bytes: Buffer; sha256: Buffer; parsed: Parsed; passages: PassageDraft[] };

async function save(tx: Tx, ref: FileRef, r: Read): Promise<FileOutcome> {
  const file = await readIngestionFile(tx, ref, true);
  if (!file || !(await lockCorpus(tx, { ...ref, corpusId: file.corpusId }, 'share'))) throw gone();
  if (file.state !== 'pending') return outcomeOf(file);
  const document = { tenantId: ref.tenantId, corpusId: file.corpusId, documentId: uuidv7() };
  const counts = { pages: r.parsed.pages.length, passages: r.passages.length };
  const isNew = await insertDocument(tx, { ...document, name: file.name, mediaType: r.parsed.mediaType, bytes: r.bytes.length, sha256: r.sha256, ...counts });
  // Another file with the same bytes was faster.
  if (!isNew) return (await settleKnown(tx, ref, file, r.sha256)) ?? Promise.reject(gone());
  await putBlob(tx, document, r.sha256, r.bytes);
  await insertPages(tx, document, r.parsed.pages);
  await insertPassages(tx, document, r.passages.map((p) => ({ passageId: uuidv7(), ...p })));
  await settleIngestionFile(tx, ref, { state: 'done', documentId: document.documentId, ...counts });
  return { state: 'done', corpusId: file.corpusId, documentId: document.documentId };
}

async function settleKnown(tx: Tx, ref: FileRef, file: IngestionFile, sha256: Buffer): Promise<FileOutcome | null> {
  const known = await findDocument(tx, { tenantId: ref.tenantId, corpusId: file.corpusId }, sha256);
  if (!known) return null;
  await settleIngestionFile(tx, ref, { state: 'duplicate', documentId: known.id, pages: known.pages, passages: known.passages });
  return { state: 'duplicate', corpusId: file.corpusId, documentId: known.id };
}

async function readUpload(pool: Pool, ref: FileRef, file: IngestionFile): Promise<Buffer> {
  if (file.sha256?.equals(SHA256_OF_NOTHING)) throw new HoldfastError('file_empty', 'The file has no text.');
  const bytes = file.sha256 && (await withTx(pool, ref.tenantId, (tx) => readBlob(tx, { tenantId: ref.tenantId, corpusId: file.corpusId }, file.sha256!)));
  if (!bytes) throw new HoldfastError('file_unreadable', 'The upload’s bytes are no longer kept. Upload the file again.');
  return bytes;
}

async function readServerFile(path: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(path).catch((cause: unknown) => {
    throw new HoldfastError('file_unreadable', 'The file is gone or may not be read by the worker. Check that it is there and who may read it.', { cause });
  });
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw new HoldfastError('file_too_large', `The file has ${Math.ceil(size / 1e6)} MB and at most ${Math.floor(maxBytes / 1e6)} MB are taken. Split it, or raise HOLDFAST_MAX_FILE_MB.`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
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

function outcomeOf(file: IngestionFile): FileOutcome {
  return { state: file.state as FileOutcome['state'], corpusId: file.corpusId, documentId: file.documentId };
}

function gone(): HoldfastError {
  return new HoldfastError('not_found', 'The ingestion or its corpus is gone.');
}
