import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type DriftOutcomes, driftOutcomesSchema, type DriftReportQuery, driftReportQuerySchema } from '#contracts';
import { type Pool, readDriftOutcomes, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { outcomesOf } from './outcomes.js';

@ApiTags('drift')
@Controller('v1/drift')
export class DriftController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get('report')
  @Endpoint({ role: 'viewer', summary: 'What the ladder’s remedies did', description: 'By agent, model and rung, beside the alarms that were deliberately left alone. `effect` is `unknown` until the interval of the difference leaves out nought.', answers: { 200: { schema: driftOutcomesSchema, description: 'One entry a rung that was taken.' } } })
  async report(@FromCaller() caller: Caller, @Query({ schema: driftReportQuerySchema }) query: DriftReportQuery): Promise<DriftOutcomes> {
    return { data: outcomesOf(await withTx(this.pool, caller.tenantId, (tx) => readDriftOutcomes(tx, caller.tenantId, query))) };
  }
}
