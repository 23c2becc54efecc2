import { Body, Controller, Delete, Get, HttpCode, Inject, Module, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { HoldfastError, idSchema, type RunRef, releaseRunSchema, trainingQuerySchema, type TrainingQuery, type TrainingRelease, trainingReleaseSchema, trainingRunSchema } from '#contracts';
import { appendAudit, type Pool, readRun, releaseForTraining, type Tx, withdrawRelease, withTx } from '#store';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { countRuns, writeTraining } from './training-export.js';

const NDJSON = 'application/x-ndjson';

@ApiTags('training')
@Controller('v1')
export class TrainingController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
  ) {}

  @Get('training/export')
  @Endpoint({
    role: 'admin',
    summary: "Export an agent's runs for fine-tuning, a run a line",
    description: "Chat messages with `train` on each: true of the assistant's turns that the drift check called calibrated and that led on, which is to say that no rewind undid them and no alarm followed. What people and tools said is there to be read and never to be learned. Sensitive runs are left out unless they were released; `Holdfast-Left-Out` says how many.",
    answers: { 200: { schema: trainingRunSchema, description: 'Lines of JSON, as they are read.', as: [NDJSON] } },
    errors: ['unknown_agent'],
  })
  async exportTraining(@FromCaller() caller: Caller, @Query({ schema: trainingQuerySchema }) query: TrainingQuery, @Res() res: Response): Promise<void> {
    this.agents.get(query.agent);
    const { unreleased } = await countRuns(this.pool, caller.tenantId, query);
    res.type(NDJSON).setHeader('Holdfast-Left-Out', unreleased);
    await writeTraining(this.pool, caller, query, res);
    res.end();
  }

  @Post('runs/:id/training-release')
  @HttpCode(200)
  @Endpoint({ role: 'admin', summary: 'Release a sensitive run for training', description: 'Exports take it up from then on. Asking again changes nothing; the audit log says who released it.', answers: { 200: { schema: trainingReleaseSchema, description: 'Released.' } }, errors: ['not_found', 'key_missing'] })
  releaseForTraining(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: releaseRunSchema }) body: z.infer<typeof releaseRunSchema>): Promise<TrainingRelease> {
    return this.ofRun(caller, id, async (tx, ref) => {
      const { release, added } = await releaseForTraining(tx, ref, { principalId: caller.principalId, reason: body.reason });
      if (added) await appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'training.released', subject: null });
      return release;
    });
  }

  @Delete('runs/:id/training-release')
  @HttpCode(204)
  @Endpoint({ role: 'admin', summary: 'Take back the release of a run for training', description: 'What was exported before stays with whoever has it.', answers: { 204: { schema: null, description: 'Not released.' } }, errors: ['not_found'] })
  withdrawFromTraining(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    return this.ofRun(caller, id, async (tx, ref) => {
      if (await withdrawRelease(tx, ref)) await appendAudit(tx, { ...ref, principalId: caller.principalId, action: 'training.withdrawn', subject: null });
    });
  }

  private ofRun<T>(caller: Caller, runId: string, change: (tx: Tx, ref: RunRef) => Promise<T>): Promise<T> {
    const ref = { tenantId: caller.tenantId, runId };
    return withTx(this.pool, ref.tenantId, async (tx) => {
      if (!(await readRun(tx, ref))) throw new HoldfastError('not_found', 'There is no run with this id.');
      return change(tx, ref);
    });
  }
}

@Module({ controllers: [TrainingController] })
export class TrainingModule {}
