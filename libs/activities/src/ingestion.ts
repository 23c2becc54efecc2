import type { ErrorCode, IngestionRef } from '#contracts';
import { beginIngestion, type Embedder, embedDocument, type FileOutcome, type FileRef, finishIngestion, giveUpFile, ingestFile } from '#corpus';
import type { Logger } from '#platform';
import type { Pool } from '#store';
import { activity } from './edge.js';

export type IngestionDeps = { pool: Pool; embedder: Embedder; logger: Logger; /** Largest file that is read from the server's folders. */ maxFileBytes: number; /** Where documents are read, if not where the workflows are. */ documentQueue?: string | undefined };

export type IngestionActivities = ReturnType<typeof createIngestionActivities>;

/** What an ingestion's workflow calls. Inputs and outputs are ids, numbers and codes; all may be delivered twice. */
export function createIngestionActivities({ pool, embedder, logger, maxFileBytes, documentQueue }: IngestionDeps) {
  return {
    beginIngestion: activity(async (ref: IngestionRef): Promise<{ total: number; queue?: string }> => ({ ...(await beginIngestion(pool, ref)), ...(documentQueue ? { queue: documentQueue } : {}) })),
    ingestFile: activity(async (ref: FileRef, signal): Promise<FileOutcome> => {
      const outcome = await ingestFile(pool, ref, { maxBytes: maxFileBytes }, signal);
      logger.info({ ingestionId: ref.ingestionId, file: ref.n, state: outcome.state }, 'file read');
      return outcome;
    }),
    embedDocument: activity((ref: { tenantId: string; corpusId: string; documentId: string }, signal): Promise<void> => embedDocument(pool, embedder, ref, signal)),
    giveUpFile: activity(({ code, ...ref }: FileRef & { code: ErrorCode }): Promise<void> => giveUpFile(pool, ref, code)),
    finishIngestion: activity((ref: IngestionRef): Promise<void> => finishIngestion(pool, ref)),
  };
}
