import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { HoldfastError, idSchema } from '#contracts';
import { type DocumentRef, type Pool, readBlobPiece, readDocument, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

/** A document is somebody else's text: opened in a browser, it may run and fetch nothing. */
const POLICY = "default-src 'none'; sandbox";

@ApiTags('corpora')
@Controller('v1/corpora')
export class OriginalsController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get(':id/documents/:documentId/original')
  @Endpoint({ role: 'viewer', summary: "Read a document's bytes, as they came", description: 'Under its media type, as a file to be saved. `ETag` is its hash.', answers: { 200: { schema: null, description: 'The bytes.' }, 304: { schema: null, description: 'They are what `If-None-Match` names.' } }, errors: ['not_found'] })
  async getOriginal(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('documentId', { schema: idSchema }) documentId: string, @Req() req: Request, @Res() res: Response): Promise<void> {
    const ref = { tenantId: caller.tenantId, corpusId: id, documentId };
    const document = await withTx(this.pool, caller.tenantId, (tx) => readDocument(tx, ref));
    if (!document) throw new HoldfastError('not_found', 'The corpus has no document with this id.');
    const { name, mediaType, bytes, sha256 } = document;
    res.attachment(name);
    // Not by Express, which would say that any text is UTF-8.
    for (const [header, value] of Object.entries({ 'Content-Type': mediaType, 'Content-Length': String(bytes), ETag: `"${sha256}"`, 'Content-Security-Policy': POLICY })) res.setHeader(header, value);
    if (req.fresh) {
      res.removeHeader('Content-Length');
      return void res.status(304).end();
    }
    await pipeline(Readable.from(this.pieces(ref, Buffer.from(sha256, 'hex'))), res);
  }

  /** A piece at a time: files may be larger than what a process has to spare. */
  private async *pieces(ref: DocumentRef, sha256: Buffer): AsyncGenerator<Buffer> {
    for (let n = 0; ; n++) {
      const piece = await withTx(this.pool, ref.tenantId, (tx) => readBlobPiece(tx, ref, sha256, n));
      if (!piece) return;
      yield piece;
    }
  }
}
