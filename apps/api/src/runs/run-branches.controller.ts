import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { compareQuerySchema, type Comparison, comparisonSchema, type ForkRun, forkRunSchema, idSchema, type RunView, runViewSchema } from '#contracts';
import { type Pool, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { written } from '../http/written.js';
import { Endpoint } from '../openapi/endpoint.js';
import { compareRuns } from './run-comparison.js';
import { RunForks } from './run-forks.js';

@ApiTags('runs')
@Controller('v1/runs/:id')
export class RunBranchesController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(RunForks) private readonly forks: RunForks,
  ) {}

  @Post('forks')
  @HttpCode(202)
  @Endpoint({
    role: 'operator',
    summary: 'Start a new run from a checkpoint of this one',
    description: 'The new run has this one’s steps up to `fromStep` under the same numbers, and goes on with another model, prompt, sampling, state or steering. Runs that are live, or have ended in whatever way, can be forked.',
    answers: { 202: { schema: runViewSchema, description: 'Accepted; `Location` names the new run.' } },
    errors: ['not_found', 'unknown_agent', 'body_too_large', 'unsupported_media_type'],
    idempotent: true,
  })
  async forkRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: forkRunSchema }) body: ForkRun, @Headers('idempotency-key') key: string | undefined, @Res({ passthrough: true }) res: Response): Promise<RunView> {
    const { run, replayed } = await this.forks.fork(caller, id, body, key);
    written(res, { at: `/v1/runs/${run.id}`, replayed });
    return run;
  }

  @Get('compare/:other')
  @Endpoint({ role: 'viewer', summary: 'See where two branches part', description: 'Of two runs, or of one (both ids the same, with `headA` and `headB`).', answers: { 200: { schema: comparisonSchema, description: 'What they share, and what each did from there on.' } }, errors: ['not_found'] })
  compareRun(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('other', { schema: idSchema }) other: string, @Query({ schema: compareQuerySchema }) query: z.infer<typeof compareQuerySchema>): Promise<Comparison> {
    return withTx(this.pool, caller.tenantId, (tx) => compareRuns(tx, caller.tenantId, { runId: id, head: query.headA }, { runId: other, head: query.headB }));
  }
}
