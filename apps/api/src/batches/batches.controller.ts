import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { batchItemPageSchema, batchItemQuerySchema, type BatchItemView, batchPageSchema, batchQuerySchema, type BatchView, batchViewSchema, type CreateBatch, createBatchSchema, emptyBodySchema, idSchema, listPageSchema } from '#contracts';
import { listBatchItems, listBatchViews, type Pool, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { uploadsOf } from '../corpora/upload.interceptor.js';
import { InvalidRequest, toIssues } from '../http/invalid-request.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { decodeNumberCursor, type Page, paged, pageOf } from '../runs/cursor.js';
import { Batches } from './batches.js';
import { ItemsUpload } from './items-upload.js';
import { readNdjson } from './read-ndjson.js';

const NDJSON = 'application/x-ndjson';
const PAGE = 500;

@ApiTags('batches')
@Controller('v1/batches')
export class BatchesController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(Batches) private readonly batches: Batches,
  ) {}

  @Post()
  @HttpCode(202)
  @UseInterceptors(ItemsUpload)
  @ApiBody({ schema: { $ref: '#/components/schemas/CreateBatch' } })
  @Endpoint({
    role: 'operator',
    summary: 'Start a batch: one run an item',
    description: 'As JSON, or as `application/x-ndjson` with an item a line (`{"key": …, "input": {…}}`), or such a file as multipart/form-data, and the agent and what the runs share in the query.',
    answers: { 202: { schema: batchViewSchema, description: 'Accepted; `Location` names the batch.' } },
    errors: ['unknown_agent', 'body_too_large', 'file_too_large', 'unsupported_media_type', 'disk_full'],
    idempotent: true,
    takesFiles: true,
  })
  async createBatch(@FromCaller() caller: Caller, @Query({ schema: batchQuerySchema }) query: z.infer<typeof batchQuerySchema>, @Body() body: unknown, @Headers('idempotency-key') key: string | undefined, @Req() req: Request, @Res({ passthrough: true }) res: Response): Promise<BatchView> {
    const { batch, replayed } = await this.batches.create(caller, await requested(req, query, body), key);
    written(res, { at: `/v1/batches/${batch.id}`, replayed });
    return batch;
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List batches, newest first', answers: { 200: { schema: batchPageSchema, description: 'A page; `nextCursor` is null on the last.' } } })
  async listBatches(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<Page<BatchView>> {
    const found = await withTx(this.pool, caller.tenantId, (tx) => listBatchViews(tx, caller.tenantId, pageOf(query)));
    return paged(found, query.limit, ({ id }) => id);
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a batch: how far it is and how long it will take', answers: { 200: { schema: batchViewSchema, description: 'The batch.' } }, errors: ['not_found'] })
  getBatch(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<BatchView> {
    return this.batches.view({ tenantId: caller.tenantId, batchId: id });
  }

  @Get(':id/items')
  @Endpoint({
    role: 'viewer',
    summary: 'Read the items of a batch in their order, with the results so far',
    description: 'With `Accept: application/x-ndjson` all of them come, one a line, as far as they are.',
    answers: { 200: { schema: batchItemPageSchema, description: 'A page, or NDJSON.', alsoAs: [NDJSON] } },
    errors: ['not_found'],
  })
  async listItems(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: batchItemQuerySchema }) query: z.infer<typeof batchItemQuerySchema>, @Req() req: Request, @Res({ passthrough: true }) res: Response): Promise<Page<BatchItemView> | undefined> {
    const ref = { tenantId: caller.tenantId, batchId: id };
    await this.batches.view(ref);
    const read = (after: number, limit: number): Promise<BatchItemView[]> => withTx(this.pool, ref.tenantId, (tx) => listBatchItems(tx, ref, { after, limit, state: query.state }));
    const after = decodeNumberCursor(query.cursor) ?? 0;
    if (req.accepts(['application/json', NDJSON]) === NDJSON) {
      await writeLines(res, after, read);
      return undefined;
    }
    const found = await read(after, query.limit + 1);
    return paged(found, query.limit, ({ n }) => n);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Cancel a batch: its runs, and what has not begun', answers: { 202: { schema: batchViewSchema, description: 'Asked; asking again is harmless.' } }, errors: ['not_found', 'run_ended'] })
  cancelBatch(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: emptyBodySchema }) _body: object): Promise<BatchView> {
    return this.batches.cancel(caller, id);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Start again what failed or was cancelled, each item as a new run', answers: { 202: { schema: batchViewSchema, description: 'Queued again; a batch without failed items stays as it is.' } }, errors: ['not_found', 'run_live'] })
  retryBatch(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: emptyBodySchema }) _body: object): Promise<BatchView> {
    return this.batches.retry(caller, id);
  }
}

async function requested(req: Request, query: z.infer<typeof batchQuerySchema>, body: unknown): Promise<CreateBatch> {
  const source = linesOf(req);
  if (source === null) return checked(body);
  const { name, maxConcurrency, ...run } = query;
  // More items than a JSON body may list.
  const items = await readNdjson(source);
  const { items: _, ...head } = checked({ ...(name ? { name } : {}), ...(maxConcurrency ? { maxConcurrency } : {}), run, items: items.slice(0, 1) });
  return { ...head, items };
}

/** Where the items come as NDJSON: as the body, or as its one file. */
function linesOf(req: Request): Readable | null {
  if (req.is(NDJSON)) return req;
  const uploads = uploadsOf(req);
  if (uploads === null) return null;
  if (uploads.length !== 1) throw new InvalidRequest([{ path: 'files', message: 'must be one file, with an item a line' }]);
  return createReadStream(uploads[0]!.file);
}

function checked(body: unknown): CreateBatch {
  const parsed = createBatchSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(toIssues(parsed.error.issues));
}

async function writeLines(res: Response, from: number, read: (after: number, limit: number) => Promise<BatchItemView[]>): Promise<void> {
  res.type(NDJSON);
  for (let after = from, page: BatchItemView[]; (page = await read(after, PAGE)).length > 0; after = page.at(-1)!.n) {
    const flowing = res.write(page.map((item) => `${JSON.stringify(item)}\n`).join(''));
    if (!flowing && !res.destroyed) await new Promise<void>((go) => void res.once('drain', go).once('close', go));
    if (res.destroyed) return;
  }
  res.end();
}
