import { Controller, Get, Inject, Module, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { type Code, codeListSchema, searchCodesSchema } from '#contracts';
import { type Pool, searchCodes, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

@ApiTags('codes')
@Controller('v1/codes')
export class CodesController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get()
  @Endpoint({ role: 'viewer', summary: 'Search code lists', description: 'Of lists that `holdfast codes load` has brought. Results are for a person to choose from: no note asserts a code.', answers: { 200: { schema: codeListSchema, description: 'Codes, the best first.' } } })
  async searchCodes(@FromCaller() { tenantId }: Caller, @Query({ schema: searchCodesSchema }) query: z.infer<typeof searchCodesSchema>): Promise<{ data: Code[]; nextCursor: null }> {
    return { data: await withTx(this.pool, tenantId, (tx) => searchCodes(tx, tenantId, query)), nextCursor: null };
  }
}

@Module({ controllers: [CodesController] })
export class CodesModule {}
