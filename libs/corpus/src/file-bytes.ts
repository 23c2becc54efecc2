import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { HoldfastError } from '#contracts';
import { type CorpusRef, type IngestionFile, type Pool, readBlob, withTx } from '#store';

const SHA256_OF_NOTHING = createHash('sha256').digest();

/**
 * The bytes of an ingestion's file: an upload's from Postgres, another's from the server's disk.
 * @throws HoldfastError `file_empty`, `file_too_large`, `file_unreadable`
 */
export function fileBytes(pool: Pool, corpus: CorpusRef, file: IngestionFile, maxBytes: number): Promise<Buffer> {
  return file.path === null ? readUpload(pool, corpus, file) : readServerFile(file.path, maxBytes);
}

async function readUpload(pool: Pool, corpus: CorpusRef, file: IngestionFile): Promise<Buffer> {
  if (file.sha256?.equals(SHA256_OF_NOTHING)) throw new HoldfastError('file_empty', 'The file has no text.');
  const bytes = file.sha256 && (await withTx(pool, corpus.tenantId, (tx) => readBlob(tx, corpus, file.sha256!)));
  if (!bytes) throw new HoldfastError('file_unreadable', 'The upload’s bytes are no longer kept. Upload the file again.');
  return bytes;
}

/** `path` was a file's real one, below an allowed folder, when it was named: a link that has taken its place since is not followed. */
async function readServerFile(path: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    throw new HoldfastError('file_unreadable', 'The file is gone or may not be read by the worker. Check that it is there and who may read it.', { cause });
  });
  try {
    if ((await realpath(path).catch(() => null)) !== path) throw new HoldfastError('file_unreadable', 'The file was moved since it was named. Name it again.');
    const { size } = await handle.stat();
    if (size > maxBytes) throw new HoldfastError('file_too_large', `The file has ${Math.ceil(size / 1e6)} MB and at most ${Math.floor(maxBytes / 1e6)} MB are taken. Split it, or raise HOLDFAST_MAX_FILE_MB.`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
