import { HoldfastError } from '#contracts';
import { addToPassageCount, appendToPage, deleteDocument, type DocumentRef, failIngestionFile, failPictures, insertPassages, lockCorpus, nextPicture, type PendingPicture, type Pool, readBlob, readDocument, settleHeldFile, settlePicture, withTx } from '#store';
import { v7 as uuidv7 } from 'uuid';
import type { FileRef } from './ingest-file.js';
import { croppedFile } from './parse/crop.js';
import { cleanText } from './parse/parsed.js';
import { openPdf } from './parse/pdf.js';
import { mediaTypeOf } from './parse/sniff.js';
import { passagesOf } from './passages.js';

/** Says what a picture (PNG) holds, in words; empty where that is nothing. */
export type PictureReader = (picture: Buffer, signal: AbortSignal) => Promise<string>;

/** The title of such passages: who reads a citation must know that these words do not stand in the document. */
export const READ_BY_MODEL = 'Picture, as read by a model';

/**
 * Has a document's pictures read, one by one, until none is left or the time is up. What is read of a picture stands
 * behind its page's text, with the part of the page that it was read from, and is searched like any other passage.
 * @returns how many are left @throws HoldfastError what the reader throws where another try may help
 */
export async function readPictures(pool: Pool, ref: DocumentRef, read: PictureReader, signal: AbortSignal, budgetMs: number): Promise<{ left: boolean }> {
  const until = performance.now() + budgetMs;
  let draw: Drawing | null = null;
  try {
    for (;;) {
      const next = await withTx(pool, ref.tenantId, (tx) => nextPicture(tx, ref));
      if (!next) return { left: false };
      if (performance.now() > until) return { left: true };
      signal.throwIfAborted();
      draw ??= await openDrawing(pool, ref, next);
      const text = await readOne(draw, next, read, signal);
      await keep(pool, ref, next, text);
    }
  } finally {
    await draw?.close();
  }
}

/** Null where this picture cannot be read, whoever tries. */
async function readOne(draw: Drawing, picture: PendingPicture, read: PictureReader, signal: AbortSignal): Promise<string | null> {
  try {
    return cleanText(await read(await draw.part(picture), signal)).trim();
  } catch (error) {
    if (signal.aborted || !(error instanceof HoldfastError) || error.retryable) throw error;
    return null;
  }
}

async function keep(pool: Pool, ref: DocumentRef, { n, page, box }: PendingPicture, text: string | null): Promise<void> {
  await withTx(pool, ref.tenantId, async (tx) => {
    await lockCorpus(tx, ref, 'share');
    const state = text === null ? 'failed' : text === '' ? 'empty' : 'read';
    if (!(await settlePicture(tx, { ...ref, n }, state)) || state !== 'read') return;
    const placed = await appendToPage(tx, ref, page, text!, box);
    if (!placed) return;
    const passages = passagesOf([{ page, text: placed.text, sections: [{ title: READ_BY_MODEL, start: placed.start, end: placed.text.length }] }]);
    const count = await addToPassageCount(tx, ref, passages.length);
    await insertPassages(tx, ref, passages.map((p) => ({ passageId: uuidv7(), ...p })), count - passages.length);
  });
}

/**
 * Ends a file whose pictures were read, or given up. A document in which nothing was found is no document: it goes, and
 * the file says why. Doing it twice changes nothing.
 */
export async function settlePictures(pool: Pool, ref: FileRef, document: DocumentRef): Promise<void> {
  await withTx(pool, ref.tenantId, async (tx) => {
    await failPictures(tx, document);
    const found = await readDocument(tx, document);
    if (!found) return;
    if (found.passages > 0) return settleHeldFile(tx, ref, found.passages);
    await failIngestionFile(tx, ref, { code: 'text_unrecognized', detail: 'No text could be recognised in the file’s pictures, and the model that reads pictures found nothing in them. Scan it larger, or ingest a text of it.' });
    await deleteDocument(tx, document);
  });
}

type Drawing = { part(picture: PendingPicture): Promise<Buffer>; close(): Promise<void> };

async function openDrawing(pool: Pool, ref: DocumentRef, { name, sha256 }: PendingPicture): Promise<Drawing> {
  const bytes = await withTx(pool, ref.tenantId, (tx) => readBlob(tx, ref, sha256));
  if (!bytes) throw new HoldfastError('not_found', 'The document’s bytes are gone.');
  if (mediaTypeOf(name, bytes) !== 'application/pdf') return { part: ({ box }) => croppedFile(bytes, box), close: async () => undefined };
  const pdf = await openPdf(bytes);
  return { part: ({ page, box }) => pdf.picture(page, box), close: () => pdf.close() };
}
