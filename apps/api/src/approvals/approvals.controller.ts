import { Body, Controller, Get, HttpCode, Inject, Module, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { approvalListSchema, type ApprovalView, approvalViewSchema, type DecideApproval, decideApprovalSchema, HoldfastError, idSchema } from '#contracts';
import { listApprovals, type Pool, readApproval, readRun, viewApproval, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { ApprovalDecisions } from './approval-decisions.js';

@ApiTags('approvals')
@Controller('v1')
export class ApprovalsController {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(ApprovalDecisions) private readonly decisions: ApprovalDecisions,
  ) {}

  @Get('runs/:id/approvals')
  @Endpoint({ role: 'viewer', summary: "List a run's approvals, oldest first", answers: { 200: { schema: approvalListSchema, description: 'What the run asked, and what was decided.' } }, errors: ['not_found'] })
  listApprovals(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<{ data: ApprovalView[]; nextCursor: null }> {
    const ref = { tenantId: caller.tenantId, runId: id };
    return withTx(this.pool, ref.tenantId, async (tx) => {
      const [run, rows] = await Promise.all([readRun(tx, ref), listApprovals(tx, ref)]);
      if (!run) throw new HoldfastError('not_found', 'There is no run with this id.');
      const data: ApprovalView[] = [];
      for (const row of rows) data.push(await viewApproval(tx, ref.tenantId, row));
      return { data, nextCursor: null };
    });
  }

  @Get('approvals/:id')
  @Endpoint({ role: 'viewer', summary: 'Read an approval', answers: { 200: { schema: approvalViewSchema, description: 'The approval, with what is to be approved.' } }, errors: ['not_found'] })
  getApproval(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<ApprovalView> {
    return withTx(this.pool, caller.tenantId, async (tx) => {
      const row = await readApproval(tx, caller.tenantId, id);
      if (!row) throw new HoldfastError('not_found', 'There is no approval with this id.');
      return viewApproval(tx, caller.tenantId, row);
    });
  }

  @Post('approvals/:id')
  @HttpCode(200)
  @Endpoint({
    role: 'approver',
    summary: 'Approve or deny',
    description: '`digest` says what was looked at. `editedArgs` are run instead of what the model asked, under a digest of their own. Who decided is whoever asks this.',
    answers: { 200: { schema: approvalViewSchema, description: 'Decided; the run goes on.' } },
    errors: ['not_found', 'approval_decided', 'approval_stale', 'approval_expired'],
  })
  decideApproval(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Body({ schema: decideApprovalSchema }) body: DecideApproval): Promise<ApprovalView> {
    return this.decisions.decide(caller, id, body);
  }
}

@Module({ controllers: [ApprovalsController], providers: [ApprovalDecisions], exports: [ApprovalDecisions] })
export class ApprovalsModule {}
