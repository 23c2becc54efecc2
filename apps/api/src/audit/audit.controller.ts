import { Controller, Get, Inject, Module, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { auditCheckSchema, type AuditEntry, auditPageSchema, auditQuerySchema } from '#contracts';
import { type AuditCheck, type Pool, readAudit, verifyAudit, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get()
  @Endpoint({ role: 'admin', summary: 'Read the audit log', description: 'Who read, changed, signed, exported and deleted what of sensitive runs; oldest first.', answers: { 200: { schema: auditPageSchema, description: 'A page; `nextAfter` is null on the last.' } } })
  async listAudit(@FromCaller() { tenantId }: Caller, @Query({ schema: auditQuerySchema }) { after, limit, runId }: z.infer<typeof auditQuerySchema>): Promise<{ data: AuditEntry[]; nextAfter: number | null }> {
    const rows = await withTx(this.pool, tenantId, (tx) => readAudit(tx, tenantId, { after, limit: limit + 1, runId }));
    const data = rows.slice(0, limit).map(({ prev: _prev, hash: _hash, ...entry }) => entry);
    return { data, nextAfter: rows.length > limit ? data.at(-1)!.n : null };
  }

  @Get('verification')
  @Endpoint({ role: 'admin', summary: 'Check the audit log', description: 'Follows the chain of hashes from the first row to the last.', answers: { 200: { schema: auditCheckSchema, description: 'How many rows hold, and the first that does not.' } } })
  verifyAudit(@FromCaller() { tenantId }: Caller): Promise<AuditCheck> {
    return withTx(this.pool, tenantId, (tx) => verifyAudit(tx, tenantId));
  }
}

@Module({ controllers: [AuditController] })
export class AuditModule {}
