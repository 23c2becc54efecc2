import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { createRunSchema, type CreateRun, idSchema, isLive, listRunsSchema, runPageSchema, type RunSummary, type RunView, runViewSchema } from '#contracts';
import type { Config } from '#platform';
import { listRunRecords, type Pool, readRunRecord, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { CONFIG, POOL } from '../core/tokens.js';
import { EventHub } from '../events/event-hub.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { paged, pageOf } from './cursor.js';
import { RunCreation } from './run-creation.js';
import { RunReading } from './run-reading.js';
import { RunRequests } from './run-requests.js';
import { summarizeRun, viewRun } from './run-view.js';
import { waitSeconds } from './prefer.js';

@ApiTags('runs')
@Controller('v1/runs')
export class RunsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(RunCreation) private readonly creation: RunCreation,
    @Inject(RunRequests) private readonly requests: RunRequests,
    @Inject(EventHub) private readonly events: EventHub,
    @Inject(RunReading) private readonly reading: RunReading,
  ) {}

  @Post()
  @Endpoint({
    role: 'operator',
    summary: 'Start a run',
    description: 'The row comes first: where Temporal is down the answer is still 202 and the run is `queued` until it can start. A thread has one live run at a time: `onBusy` says what becomes of it, and a run that waits is `queued` with the reason `thread_busy`.',
    answers: { 202: { schema: runViewSchema, description: 'Accepted; `Location` names the run.' }, 200: { schema: runViewSchema, description: 'The first answer again (`Idempotency-Replayed: true`), or the ended run where `Prefer: wait=N` was asked and it ended in time.' } },
    errors: ['unknown_agent', 'thread_busy', 'world_shared', 'corpus_empty', 'body_too_large', 'unsupported_media_type', 'disk_full'],
    idempotent: true,
    headers: [{ name: 'Prefer', description: '`wait=N`: wait up to N seconds (at most 60) for the run to end.' }],
  })
  async createRun(@FromCaller() caller: Caller, @Body({ schema: createRunSchema }) body: CreateRun, @Headers('idempotency-key') key: string | undefined, @Headers('prefer') prefer: string | undefined, @Req() req: Request, @Res({ passthrough: true }) res: Response): Promise<RunView> {
    const { run, replayed } = await this.creation.create(caller, body, key);
    res.status(replayed ? 200 : 202);
    written(res, { at: `/v1/runs/${run.id}`, replayed });
    const seconds = waitSeconds(prefer);
    if (seconds === 0 || replayed) return run;
    res.setHeader('Preference-Applied', `wait=${seconds}`);
    return this.waitFor(caller, run, seconds, req, res);
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List runs, newest first', answers: { 200: { schema: runPageSchema, description: 'A page; `nextCursor` is null on the last.' } } })
  async listRuns(@FromCaller() caller: Caller, @Query({ schema: listRunsSchema }) query: z.infer<typeof listRunsSchema>): Promise<{ data: RunSummary[]; nextCursor: string | null }> {
    const { cursor, ...filter } = query;
    const records = await withTx(this.pool, caller.tenantId, (tx) => listRunRecords(tx, caller.tenantId, { ...filter, ...pageOf({ cursor, limit: filter.limit }) }));
    const { data, nextCursor } = paged(records, query.limit, ({ id }) => id);
    return { data: data.map((r) => summarizeRun(r, this.config)), nextCursor };
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a run', answers: { 200: { schema: runViewSchema, description: 'The run, with an ETag.' }, 304: { schema: null, description: 'Unchanged since the ETag in If-None-Match.' } }, errors: ['not_found'], headers: [{ name: 'If-None-Match', description: 'ETag of an earlier answer.' }] })
  async getRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Headers('if-none-match') known: string | undefined, @Res({ passthrough: true }) res: Response): Promise<RunView | undefined> {
    const { etag, run } = await this.reading.read(caller, id, known);
    res.setHeader('ETag', etag);
    if (!run) res.status(304);
    return run ?? undefined;
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a run that has ended, with all that it left', answers: { 204: { schema: null, description: 'Gone.' } }, errors: ['not_found', 'run_live'] })
  deleteRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    return this.requests.remove(caller, id);
  }

  private async waitFor(caller: Caller, run: RunView, seconds: number, req: Request, res: Response): Promise<RunView> {
    const ref = { tenantId: caller.tenantId, runId: run.id };
    const gone = new AbortController();
    req.res?.on('close', () => gone.abort());
    await this.events.untilEnded(ref, seconds, gone.signal);
    const record = await withTx(this.pool, ref.tenantId, (tx) => readRunRecord(tx, ref));
    if (!record) return run;
    if (!isLive(record.status)) res.status(200);
    return viewRun(record, this.config);
  }
}
