import { Inject, Injectable } from '@nestjs/common';
import { type ApprovalView, type DecideApproval, HoldfastError, type RunRef } from '#contracts';
import { appendEvents, approvalDigest, type ApprovalRow, decideApproval, inRun, insertInbox, lockRun, type Notifier, type Pool, readApproval, readApprovalDetail, readRun, SIGN_OFF_TOOL, type Tx, viewApproval, withTx } from '#store';
import { AgentCatalogue } from '../core/agent-catalogue.js';
import { type Caller, requireRole } from '../core/caller.js';
import { NOTIFIER, POOL } from '../core/tokens.js';
import { InvalidRequest, toIssues } from '../http/invalid-request.js';
import { recordDecision } from './signed.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';

/** A decision is a row under the run's lock, then a wake: it needs no worker, and who decided is the principal. */
@Injectable()
export class ApprovalDecisions {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(NOTIFIER) private readonly notifier: Notifier,
    @Inject(AgentCatalogue) private readonly agents: AgentCatalogue,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
  ) {}

  async decide(caller: Caller, approvalId: string, body: DecideApproval): Promise<ApprovalView> {
    const found = await withTx(this.pool, caller.tenantId, (tx) => readApproval(tx, caller.tenantId, approvalId));
    if (!found) throw new HoldfastError('not_found', 'There is no approval with this id.');
    return inRun(this.pool, { tenantId: caller.tenantId, runId: found.run_id }, () => this.decideInRun(caller, approvalId, body));
  }

  private async decideInRun(caller: Caller, approvalId: string, body: DecideApproval): Promise<ApprovalView> {
    const view = await withTx(this.pool, caller.tenantId, async (tx) => {
      const approval = await this.locked(tx, caller.tenantId, approvalId);
      // A note is signed by this too.
      requireRole(caller, approval.tool === SIGN_OFF_TOOL ? 'signer' : 'approver');
      const ref: RunRef = { tenantId: caller.tenantId, runId: approval.run_id };
      requireOpen(approval, body.digest);
      const edited = body.editedArgs === undefined ? undefined : await this.edit(tx, ref, approval, body);
      const status = body.decision === 'approve' ? 'approved' : 'denied';
      await decideApproval(tx, ref.tenantId, approvalId, { status, decidedBy: caller.principalId, comment: body.comment, ...(edited ? { edited } : {}) });
      await recordDecision(tx, ref, approval, status === 'approved', caller.principalId);
      const number = await insertInbox(tx, ref, { kind: 'approval', data: { approvalId }, principalId: caller.principalId });
      await appendEvents(tx, ref, [{ type: 'approval.decided', step: approval.step, attempt: approval.attempt, data: { approvalId, decision: status, edited: Boolean(edited), number } }]);
      return viewApproval(tx, ref.tenantId, (await readApproval(tx, ref.tenantId, approvalId))!);
    });
    this.notifier.announce(view.runId, 0);
    await this.temporal.wake(view.runId);
    return view;
  }

  private async locked(tx: Tx, tenantId: string, approvalId: string): Promise<ApprovalRow> {
    const found = await readApproval(tx, tenantId, approvalId);
    if (found) await lockRun(tx, { tenantId, runId: found.run_id });
    const approval = found && (await readApproval(tx, tenantId, approvalId));
    if (!approval) throw new HoldfastError('not_found', 'There is no approval with this id.');
    return approval;
  }

  /** Arguments that a person gives must fit the tool as much as the model's. */
  private async edit(tx: Tx, ref: RunRef, approval: ApprovalRow, body: DecideApproval): Promise<{ args: unknown; digest: string }> {
    if (body.decision === 'deny') throw new InvalidRequest([{ path: 'editedArgs', message: 'go with an approval only' }]);
    if (approval.tool === SIGN_OFF_TOOL) throw new InvalidRequest([{ path: 'editedArgs', message: 'what is signed is what was read: reject it, or add an addendum once it is signed' }]);
    if (approval.kind === 'doubt') throw new InvalidRequest([{ path: 'editedArgs', message: 'the interrupted call is made as it was, or not at all' }]);
    const run = await readRun(tx, ref);
    const tool = run && this.agents.get(run.agent).tools.find((t) => t.name === approval.tool);
    if (!tool) throw new HoldfastError('approval_stale', 'The agent no longer has this tool.');
    const parsed = tool.parameters.safeParse(body.editedArgs);
    if (!parsed.success) throw new InvalidRequest(toIssues(parsed.error.issues)).under('editedArgs');
    return { args: parsed.data, digest: approvalDigest(approval.tool, parsed.data, await readApprovalDetail(tx, ref.tenantId, approval)) };
  }
}

function requireOpen(a: ApprovalRow, digest: string): void {
  if (a.status === 'expired' || (a.status === 'pending' && a.expires_at.getTime() <= Date.now())) throw new HoldfastError('approval_expired', `It expired at ${a.expires_at.toISOString()}; the call was not made.`);
  if (a.status !== 'pending') throw new HoldfastError('approval_decided', `It is ${a.status} already.`);
  if (a.digest !== digest) throw new HoldfastError('approval_stale', 'Read the approval again: the digest is not that of what is to be approved.');
}
