import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Module, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { createThreadSchema, HoldfastError, idSchema, listPageSchema, threadPageSchema, type ThreadView, threadViewSchema } from '#contracts';
import { appendAudit, deleteEndedRun, deleteThread, holdThread, insertThread, listThreads, type Pool, readRun, readThread, runsOfThread, type ThreadRef, type Tx, unendedRuns, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { IdempotentWrites } from '../core/idempotent-writes.js';
import { POOL } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { paged, pageOf } from '../runs/cursor.js';

@ApiTags('threads')
@Controller('v1/threads')
export class ThreadsController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(IdempotentWrites) private readonly writes: IdempotentWrites,
  ) {}

  @Post()
  @HttpCode(201)
  @Endpoint({ role: 'operator', summary: 'Make a thread', description: 'A conversation or campaign across runs. A run that names a thread that is not there makes it.', answers: { 201: { schema: threadViewSchema, description: 'Made; `Location` names it.' } }, errors: ['body_too_large', 'unsupported_media_type'], idempotent: true })
  async createThread(@FromCaller() caller: Caller, @Body({ schema: createThreadSchema }) body: z.output<typeof createThreadSchema>, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<ThreadView> {
    const ref = { tenantId: caller.tenantId, threadId: uuidv7() };
    const answer = await this.writes.once({ caller, route: 'POST /v1/threads', key, body }, async (tx) => {
      await insertThread(tx, ref, body.tags);
      return { status: 201, headers: {}, body: { id: ref.threadId } };
    });
    const { id } = answer.body as { id: string };
    written(res, { at: `/v1/threads/${id}`, replayed: answer.replayed });
    return this.getThread(caller, id);
  }

  @Get()
  @Endpoint({ role: 'viewer', summary: 'List threads, newest first', answers: { 200: { schema: threadPageSchema, description: 'A page.' } } })
  async listThreads(@FromCaller() caller: Caller, @Query({ schema: listPageSchema }) query: z.infer<typeof listPageSchema>): Promise<z.infer<typeof threadPageSchema>> {
    const rows = await withTx(this.pool, caller.tenantId, (tx) => listThreads(tx, caller.tenantId, pageOf(query)));
    return paged(rows, query.limit, ({ id }) => id);
  }

  @Get(':id')
  @Endpoint({ role: 'viewer', summary: 'Read a thread', description: 'With its live run and those that wait; `GET /v1/runs?threadId=` lists all.', answers: { 200: { schema: threadViewSchema, description: 'The thread.' } }, errors: ['not_found'] })
  async getThread(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<ThreadView> {
    const thread = await withTx(this.pool, caller.tenantId, (tx) => readThread(tx, { tenantId: caller.tenantId, threadId: id }));
    if (!thread) throw new HoldfastError('not_found', 'There is no thread with this id.');
    return thread;
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ role: 'operator', summary: 'Delete a thread with all its runs', answers: { 204: { schema: null, description: 'Gone.' } }, errors: ['not_found', 'run_live'] })
  async deleteThread(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.getThread(caller, id);
    const ref = { tenantId: caller.tenantId, threadId: id };
    const runs = await withTx(this.pool, ref.tenantId, async (tx) => {
      await holdThread(tx, ref);
      if ((await unendedRuns(tx, ref)).length > 0) throw runLive();
      return runsOfThread(tx, ref);
    });
    // Run by run: what holds up the writers of all other runs is short.
    for (const runId of runs) await withTx(this.pool, ref.tenantId, (tx) => this.deleteRun(tx, caller, runId));
    if (!(await this.removeEmpty(ref))) throw runLive();
  }

  private async deleteRun(tx: Tx, caller: Caller, runId: string): Promise<void> {
    const ref = { tenantId: caller.tenantId, runId };
    const sensitive = (await readRun(tx, ref))?.sensitive;
    if ((await deleteEndedRun(tx, ref)) && sensitive) await appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'run.deleted', subject: null });
  }

  private removeEmpty(ref: ThreadRef): Promise<boolean> {
    return withTx(this.pool, ref.tenantId, async (tx) => {
      await holdThread(tx, ref);
      return deleteThread(tx, ref);
    });
  }
}

const runLive = (): HoldfastError => new HoldfastError('run_live', 'A run of the thread has not ended. Cancel it first.');

@Module({ controllers: [ThreadsController] })
export class ThreadsModule {}
