import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { HoldfastError, idSchema, ingestionAcceptedSchema, type IngestionView, ingestionViewSchema, ingestPathSchema } from '#contracts';
import { type Pool, readIngestion, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { type IngestionAccepted, Ingestions } from './ingestions.js';
import { UploadInterceptor, uploadsOf } from './upload.interceptor.js';

@ApiTags('corpora')
@Controller('v1/corpora/:id')
export class IngestionsController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(Ingestions) private readonly ingestions: Ingestions,
  ) {}

  @Post('documents')
  @HttpCode(202)
  @UseInterceptors(UploadInterceptor)
  @ApiBody({ schema: { $ref: '#/components/schemas/IngestPath' } })
  @Endpoint({
    role: 'operator',
    summary: 'Take documents into a corpus',
    description: 'Files as multipart/form-data, or as JSON the path of a file or folder on the server, below an allowed folder. The answer names an ingestion, whose progress and per-file outcome can be read.',
    answers: { 202: { schema: ingestionAcceptedSchema, description: 'Accepted; `Location` names the ingestion. Where Temporal is down it is `queued` until it can start.' } },
    errors: ['not_found', 'path_not_allowed', 'file_unreadable', 'file_too_large', 'body_too_large', 'unsupported_media_type', 'disk_full'],
    idempotent: true,
    takesFiles: true,
  })
  async addDocuments(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body() body: unknown, @Headers('idempotency-key') key: string | undefined, @Req() req: Request, @Res({ passthrough: true }) res: Response): Promise<IngestionAccepted> {
    const uploads = uploadsOf(req);
    const { accepted, replayed } = uploads ? await this.ingestions.ofUploads(caller, id, uploads, key) : await this.ingestions.ofPath(caller, id, ingestPathSchema.parse(body).path, key);
    written(res, { at: `/v1/corpora/${id}/ingestions/${accepted.id}`, replayed });
    return accepted;
  }

  @Get('ingestions/:ingestionId')
  @Endpoint({ role: 'viewer', summary: 'Read how far an ingestion is, file by file', answers: { 200: { schema: ingestionViewSchema, description: 'The ingestion.' } }, errors: ['not_found'] })
  async getIngestion(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('ingestionId', { schema: idSchema }) ingestionId: string): Promise<IngestionView> {
    const ingestion = await withTx(this.pool, caller.tenantId, (tx) => readIngestion(tx, { tenantId: caller.tenantId, ingestionId }, id));
    if (!ingestion) throw new HoldfastError('not_found', 'The corpus has no ingestion with this id.');
    return ingestion;
  }
}
