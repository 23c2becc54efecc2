import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { corpusPageSchema, type CorpusView, corpusViewSchema, createCorpusSchema, describeDocumentSchema, documentPageSchema, type DocumentView, documentViewSchema, HoldfastError, idSchema, listPageSchema, neighboursSchema, searchSchema, type SearchResult, searchResultSchema } from '#contracts';
import { deleteCorpus, deleteDocument, describeDocument, insertCorpus, listCorpora, listDocuments, type Pool, readAround, readCorpus, readDocument, readNeighbours, type Tx, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { POOL } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { type Page, paged, pageOf } from '../runs/cursor.js';
import { type CorpusSearch, SEARCH } from './corpus-search.js';

/** Passages on either side. */
const NEIGHBOURS = 2;

type PageQuery = z.infer<typeof listPageSchema>;

@ApiTags('corpora')
@Controller('v1/corpora')
export class CorporaController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
    @Inject(SEARCH) private readonly search: CorpusSearch,
  ) {}

  @Post()
  @HttpCode(201)
  @Endpoint({ role: 'operator', summary: 'Make a corpus', answers: { 201: { schema: corpusViewSchema, description: 'Made; `Location` names it.' } }, errors: ['body_too_large', 'unsupported_media_type'], idempotent: true })
  async createCorpus(@FromCaller() caller: Caller, @Body({ schema: createCorpusSchema }) body: z.infer<typeof createCorpusSchema>, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<CorpusView> {
    const made = { tenantId: caller.tenantId, corpusId: uuidv7() };
    const answer = await this.writes.once({ caller, route: 'POST /v1/corpora', key, body }, async (tx) => {
      await insertCorpus(tx, { ...made, ...body });
      const { name: _, description: __, ...view } = await found(tx, made);
      return { status: 201, headers: {}, body: view };
    });
    const kept = answer.body as Omit<CorpusView, 'name' | 'description'>;
    written(res, { at: `/v1/corpora/${kept.id}`, replayed: answer.replayed });
    return { ...kept, name: body.name, description: body.description ?? null };
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List corpora, newest first', answers: { 200: { schema: corpusPageSchema, description: 'A page.' } } })
  async listCorpora(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: PageQuery): Promise<Page<CorpusView>> {
    return this.page(caller, query, (tx, page) => listCorpora(tx, caller.tenantId, page));
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a corpus', answers: { 200: { schema: corpusViewSchema, description: 'The corpus.' } }, errors: ['not_found'] })
  getCorpus(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<CorpusView> {
    return withTx(this.pool, caller.tenantId, (tx) => found(tx, { tenantId: caller.tenantId, corpusId: id }));
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a corpus, with all that was derived from its documents', answers: { 204: { schema: null, description: 'Gone.' } }, errors: ['not_found'] })
  async deleteCorpus(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    const gone = await withTx(this.pool, caller.tenantId, (tx) => deleteCorpus(tx, { tenantId: caller.tenantId, corpusId: id }));
    if (!gone) throw noCorpus();
  }

  @Get(':id/documents')
  @Endpoint({ role: 'viewer', summary: "List a corpus's documents, newest first", answers: { 200: { schema: documentPageSchema, description: 'A page.' } }, errors: ['not_found'] })
  async listDocuments(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: listPageSchema }) query: PageQuery): Promise<Page<DocumentView>> {
    const ref = { tenantId: caller.tenantId, corpusId: id };
    return this.page(caller, query, async (tx, page) => (await found(tx, ref), listDocuments(tx, ref, page)));
  }

  @Get(':id/documents/:documentId')
  @Endpoint({ role: 'viewer', summary: 'Read a document', answers: { 200: { schema: documentViewSchema, description: 'The document.' } }, errors: ['not_found'] })
  async getDocument(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('documentId', { schema: idSchema }) documentId: string): Promise<DocumentView> {
    const document = await withTx(this.pool, caller.tenantId, (tx) => readDocument(tx, { tenantId: caller.tenantId, corpusId: id, documentId }));
    if (!document) throw noDocument();
    return document;
  }

  @Patch(':id/documents/:documentId')
  @Endpoint({ role: 'operator', summary: "Set a document's tags and date", description: 'Searches and runs can be narrowed by them.', answers: { 200: { schema: documentViewSchema, description: 'The document.' } }, errors: ['not_found'] })
  async describeDocument(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('documentId', { schema: idSchema }) documentId: string, @Body({ schema: describeDocumentSchema }) body: z.infer<typeof describeDocumentSchema>): Promise<DocumentView> {
    const ref = { tenantId: caller.tenantId, corpusId: id, documentId };
    const document = await withTx(this.pool, caller.tenantId, async (tx) => ((await describeDocument(tx, ref, body)) ? readDocument(tx, ref) : null));
    if (!document) throw noDocument();
    return document;
  }

  @Delete(':id/documents/:documentId')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a document, with its pages and passages', answers: { 204: { schema: null, description: 'Gone.' } }, errors: ['not_found'] })
  async deleteDocument(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('documentId', { schema: idSchema }) documentId: string): Promise<void> {
    const gone = await withTx(this.pool, caller.tenantId, (tx) => deleteDocument(tx, { tenantId: caller.tenantId, corpusId: id, documentId }));
    if (!gone) throw noDocument();
  }

  @Get(':id/search')
  @Endpoint({ role: 'viewer', summary: 'Search a corpus by words and by meaning', description: '`vectors` is false where no vector came within a second: then only words were searched.', answers: { 200: { schema: searchResultSchema, description: 'Passages, best first.' } }, errors: ['not_found'] })
  async searchCorpus(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: searchSchema }) query: z.infer<typeof searchSchema>, @Req() req: Request): Promise<SearchResult> {
    await this.getCorpus(caller, id);
    const gone = new AbortController();
    req.res?.on('close', () => gone.abort());
    const { documentIds, folder, tags, from, to } = query;
    const found = await this.search(caller.tenantId, id, query.query, query.limit, gone.signal, { documentIds, folder, tags, from, to });
    if (query.neighbours === 0) return found;
    const around = await withTx(this.pool, caller.tenantId, (tx) => readAround(tx, { tenantId: caller.tenantId, corpusId: id }, found.hits.map((h) => h.passageId), query.neighbours));
    return { ...found, hits: found.hits.map((h) => ({ ...h, ...around.get(h.passageId) })) };
  }

  @Get(':id/passages/:passageId/neighbours')
  @Endpoint({ role: 'viewer', summary: 'Read a passage with the ones before and behind it', answers: { 200: { schema: neighboursSchema, description: 'Passages of one document, in order.' } }, errors: ['not_found'] })
  async getNeighbours(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('passageId', { schema: idSchema }) passageId: string): Promise<z.infer<typeof neighboursSchema>> {
    const data = await withTx(this.pool, caller.tenantId, (tx) => readNeighbours(tx, { tenantId: caller.tenantId, corpusId: id }, passageId, NEIGHBOURS));
    if (data.length === 0) throw new HoldfastError('not_found', 'The corpus has no passage with this id.');
    return { data };
  }

  private async page<T extends { id: string }>(caller: Caller, query: PageQuery, list: (tx: Tx, page: { before?: string; limit: number }) => Promise<T[]>): Promise<Page<T>> {
    const rows = await withTx(this.pool, caller.tenantId, (tx) => list(tx, pageOf(query)));
    return paged(rows, query.limit, ({ id }) => id);
  }
}

/** @throws HoldfastError `not_found` */
async function found(tx: Tx, ref: { tenantId: string; corpusId: string }): Promise<CorpusView> {
  const corpus = await readCorpus(tx, ref);
  if (!corpus) throw noCorpus();
  return corpus;
}

function noCorpus(): HoldfastError {
  return new HoldfastError('not_found', 'There is no corpus with this id.');
}

function noDocument(): HoldfastError {
  return new HoldfastError('not_found', 'The corpus has no document with this id.');
}
