import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { HoldfastError, workflowIds, WORKFLOWS } from '#contracts';
import type { Config } from '#platform';
import { BLOB_PIECE_BYTES, insertIngestion, lockCorpus, type NewIngestionFile, putBlobPiece, type Tx } from '#store';
import type { Caller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { CONFIG } from '../core/tokens.js';
import { InvalidRequest } from '../http/invalid-request.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { serverFiles } from './server-files.js';
import { sweepUploads, type UploadedFile } from './upload.interceptor.js';

export type IngestionAccepted = { id: string; corpusId: string; status: 'queued' };
type Hashed = UploadedFile & { sha256: Buffer };
type CorpusRef = { tenantId: string; corpusId: string };

/** Takes documents into a corpus: rows first, then a workflow that reads them; Temporal down leaves it `queued`. */
@Injectable()
export class Ingestions implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {}

  onApplicationBootstrap(): void {
    void sweepUploads(this.config.dataDir, Date.now());
  }

  async ofUploads(caller: Caller, corpusId: string, uploads: UploadedFile[], key: string | undefined): Promise<{ accepted: IngestionAccepted; replayed: boolean }> {
    if (uploads.length === 0) throw new InvalidRequest([{ path: 'files', message: 'the upload holds no file' }]);
    const hashed: Hashed[] = [];
    for (const upload of uploads) hashed.push({ ...upload, sha256: await sha256Of(upload.file) });
    const body = hashed.map((f) => ({ name: f.name, sha256: f.sha256.toString('hex') }));
    return this.register(caller, corpusId, key, body, async (tx, ref) => {
      for (const file of hashed) await storeBytes(tx, ref, file);
      return hashed.map(({ name, sha256 }) => ({ name, sha256 }));
    });
  }

  ofPath(caller: Caller, corpusId: string, path: string, key: string | undefined): Promise<{ accepted: IngestionAccepted; replayed: boolean }> {
    return this.register(caller, corpusId, key, { path }, () => serverFiles(path, this.config.ingestDirs));
  }

  private async register(caller: Caller, corpusId: string, key: string | undefined, body: unknown, files: (tx: Tx, ref: CorpusRef) => Promise<NewIngestionFile[]>) {
    const ref = { tenantId: caller.tenantId, corpusId };
    const ingestionId = uuidv7();
    const answer = await this.writes.once({ caller, route: `POST /v1/corpora/${corpusId}/documents`, key, body }, async (tx) => {
      if (!(await lockCorpus(tx, ref, 'share'))) throw new HoldfastError('not_found', 'There is no corpus with this id.');
      await insertIngestion(tx, { ...ref, ingestionId, principalId: caller.principalId, files: await files(tx, ref) });
      return { status: 202, headers: {}, body: { id: ingestionId, corpusId, status: 'queued' } };
    });
    const accepted = answer.body as IngestionAccepted;
    await this.temporal.start(WORKFLOWS.ingestion, { workflowId: workflowIds.ingestion(accepted.id), args: [{ tenantId: caller.tenantId, ingestionId: accepted.id }], workflowIdReusePolicy: 'REJECT_DUPLICATE', staticSummary: 'ingestion' });
    return { accepted, replayed: answer.replayed };
  }
}

async function sha256Of(file: string): Promise<Buffer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest();
}

/** Piece by piece, so that a large file never stands in memory whole. */
async function storeBytes(tx: Tx, ref: CorpusRef, file: Hashed): Promise<void> {
  const handle = await open(file.file);
  try {
    for (let n = 0; n * BLOB_PIECE_BYTES < file.bytes; n++) {
      const piece = Buffer.alloc(Math.min(BLOB_PIECE_BYTES, file.bytes - n * BLOB_PIECE_BYTES));
      await handle.read(piece, 0, piece.length, n * BLOB_PIECE_BYTES);
      await putBlobPiece(tx, ref, file.sha256, n, piece);
    }
  } finally {
    await handle.close();
  }
}
