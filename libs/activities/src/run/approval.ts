import { v7 as uuidv7 } from 'uuid';
import type { ApprovalKind, ToolCallInput } from '#contracts';
import { appendEvents, type ApprovalRow, changeStatus, decideApproval, getContent, getJson, insertApproval, noteReminded, readCallApproval, requireOpen, type Tx, useApproval, withTx } from '#store';
import type { PreparedCall } from './call-tool.js';
import type { RunDeps } from './deps.js';

/** Seconds that a person has where the tool says nothing. */
const EXPIRES_S = 7 * 86_400;

export type Permission =
  | { kind: 'granted'; args: unknown }
  /** `waitSeconds`: until there is something to do if nobody decides. */
  | { kind: 'waiting'; waitSeconds: number }
  /** In words for the model. */
  | { kind: 'refused'; content: string; how: 'denied' | 'expired' };

/**
 * Whether a call may run: asks a person the first time, and says each time how the question stands. Nothing is held
 * meanwhile: the row and the run's status are all there is of it.
 */
export async function askPermission(deps: RunDeps, input: ToolCallInput, p: PreparedCall, kind: ApprovalKind, detail: unknown = null): Promise<Permission> {
  const permission = await withTx(deps.pool, input.tenantId, async (tx) => {
    await appendEvents(tx, input, []);
    await requireOpen(tx, input);
    const found = await readCallApproval(tx, input, kind);
    return found ? stand(tx, input, found) : ask(tx, input, p, kind, detail);
  });
  deps.notifier.announce(input.runId, 0);
  return permission;
}

async function ask(tx: Tx, input: ToolCallInput, p: PreparedCall, kind: ApprovalKind, detail: unknown): Promise<Permission> {
  const { expiresAfterS = EXPIRES_S, remindAfterS } = p.contract.approval ?? {};
  const after = (s: number): Date => new Date(Date.now() + s * 1_000);
  const approvalId = uuidv7();
  await insertApproval(tx, input, { approvalId, kind, tool: p.contract.name, args: p.request.args, detail, expiresAt: after(expiresAfterS), remindAt: remindAfterS === undefined ? null : after(remindAfterS) });
  await wait(tx, input);
  await appendEvents(tx, input, [{ type: 'approval.requested', step: input.step, attempt: input.attempt, data: { approvalId, call: input.call, tool: p.contract.name, kind } }]);
  return { kind: 'waiting', waitSeconds: Math.min(expiresAfterS, remindAfterS ?? Infinity) };
}

async function stand(tx: Tx, input: ToolCallInput, a: ApprovalRow): Promise<Permission> {
  const at = { step: input.step, attempt: input.attempt };
  if (a.status === 'pending' && a.expires_at.getTime() > Date.now()) {
    await wait(tx, input);
    const due = a.remind_at !== null && a.reminded_at === null && a.remind_at.getTime() <= Date.now();
    if (due) {
      await noteReminded(tx, input.tenantId, a.approval_id);
      await appendEvents(tx, input, [{ type: 'approval.requested', ...at, data: { approvalId: a.approval_id, call: input.call, tool: a.tool, kind: a.kind, reminder: true } }]);
    }
    const next = a.remind_at !== null && a.reminded_at === null && !due ? a.remind_at : a.expires_at;
    return { kind: 'waiting', waitSeconds: Math.max(1, Math.ceil((next.getTime() - Date.now()) / 1_000)) };
  }
  if (a.status === 'pending') {
    await decideApproval(tx, input.tenantId, a.approval_id, { status: 'expired', decidedBy: null });
    await appendEvents(tx, input, [{ type: 'approval.decided', ...at, data: { approvalId: a.approval_id, decision: 'expired' } }]);
  }
  await changeStatus(tx, input, ['waiting_approval'], 'running', null);
  // What is granted for an interrupted call is granted for one more try, and what is asked of a call for all its deliveries.
  if (a.kind === 'doubt') await useApproval(tx, input.tenantId, a.approval_id);
  if (a.status === 'approved') return { kind: 'granted', args: await getJson(tx, input.tenantId, a.edited_hash ?? a.args_hash) };
  return { kind: 'refused', content: await refusal(tx, input.tenantId, a), how: a.status === 'denied' ? 'denied' : 'expired' };
}

async function wait(tx: Tx, input: ToolCallInput): Promise<void> {
  await changeStatus(tx, input, ['running', 'waiting_runtime'], 'waiting_approval', null);
}

async function refusal(tx: Tx, tenantId: string, a: ApprovalRow): Promise<string> {
  if (a.kind === 'doubt') return 'The call was interrupted, and a person decided that it is not made again. It may have taken effect: look before you act.';
  if (a.status === 'pending' || a.status === 'expired') return 'Nobody approved the call in time, so it was not made.';
  const comment = a.comment_hash ? ` They say: ${await getContent(tx, tenantId, a.comment_hash)}` : '';
  return `A person refused the call, so it was not made.${comment}`;
}
