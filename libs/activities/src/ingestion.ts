import { type ErrorCode, type IngestionRef, type Route, TASK_QUEUES } from '#contracts';
import { beginIngestion, type Embedder, embedDocument, type FileOutcome, type FileRef, finishIngestion, giveUpFile, ingestFile, settlePictures } from '#corpus';
import type { Logger } from '#platform';
import type { Pool } from '#store';
import { activity } from './edge.js';

/** What embeds; its id names the lane that it is done in. */
export type EmbeddingDeps = { pool: Pool; embedder: Embedder & { id: string } };

export type IngestionDeps = EmbeddingDeps & { logger: Logger; /** Where pictures go to be read; null where no model sees. */ vision(): Promise<Route | null>; /** Largest file that is read from the server's folders. */ maxFileBytes: number; /** Where documents are read, if not where the workflows are. */ documentQueue?: string | undefined };

/** After so long a document that is embedded gives way to those of others. */
const EMBED_MS = 15_000;

export type IngestionActivities = ReturnType<typeof createIngestionActivities>;
export type EmbeddingActivities = ReturnType<typeof createEmbeddingActivities>;

/** Served by the gate of the runtime that embeds, and by the main worker for ingestions that were begun before there were lanes. */
export function createEmbeddingActivities({ pool, embedder }: EmbeddingDeps) {
  return {
    embedDocument: activity((ref: { tenantId: string; corpusId: string; documentId: string }, signal): Promise<'done' | 'partial'> => embedDocument(pool, embedder, ref, signal, EMBED_MS)),
  };
}

/** What an ingestion's workflow calls. Inputs and outputs are ids, numbers and codes; all may be delivered twice. */
export function createIngestionActivities({ pool, embedder, logger, vision, maxFileBytes, documentQueue }: IngestionDeps) {
  return {
    beginIngestion: activity(async (ref: IngestionRef): Promise<{ total: number; queue?: string }> => ({ ...(await beginIngestion(pool, ref)), ...(documentQueue ? { queue: documentQueue } : {}) })),
    /** With the queues by which its passages are embedded, and its pictures read where it has any. */
    ingestFile: activity(async (ref: FileRef, signal): Promise<FileOutcome & { embedQueue?: string; pictureQueue?: string }> => {
      const route = await vision();
      const outcome = await ingestFile(pool, ref, { maxBytes: maxFileBytes, pictures: route !== null }, signal);
      logger.info({ ingestionId: ref.ingestionId, file: ref.n, state: outcome.state }, 'file read');
      return { ...outcome, embedQueue: TASK_QUEUES.embeddings(embedder.id), ...(outcome.pictures && route ? { pictureQueue: route.queue } : {}) };
    }),
    settlePictures: activity(({ corpusId, documentId, ...ref }: FileRef & { corpusId: string; documentId: string }): Promise<void> => settlePictures(pool, ref, { tenantId: ref.tenantId, corpusId, documentId })),
    ...createEmbeddingActivities({ pool, embedder }),
    giveUpFile: activity(({ code, ...ref }: FileRef & { code: ErrorCode }): Promise<void> => giveUpFile(pool, ref, code)),
    finishIngestion: activity((ref: IngestionRef): Promise<void> => finishIngestion(pool, ref)),
  };
}
