import { createHash } from 'node:crypto';
import type { ApprovalKind, ApprovalView, RunRef } from '#contracts';
import { getContent, getJson, putContents } from '../contents.js';
import type { Tx } from '../pool.js';
import { keyedHash } from '../sealing/index.js';
import type { StepKey } from '../steps.js';
import { addRunSeconds, secondsUntil } from './clock.js';

export type ApprovalRow = {
  approval_id: string; run_id: string; step: number; attempt: number; call: number; kind: ApprovalKind; tool: string; digest: string;
  args_hash: Buffer; detail_hash: Buffer | null; edited_hash: Buffer | null; comment_hash: Buffer | null; status: ApprovalView['status']; decided_by: string | null;
  created_at: Date; expires_at: Date; remind_at: Date | null; reminded_at: Date | null; decided_at: Date | null;
};
const COLUMNS = 'approval_id, run_id, step, attempt, call, kind, tool, digest, args_hash, detail_hash, edited_hash, comment_hash, status, decided_by, created_at, expires_at, remind_at, reminded_at, decided_at';

/** SHA-256 in hex of tool, arguments and what is shown beside them (null: nothing), keyed for a sealed run; the order of keys says nothing. */
export function approvalDigest(tool: string, args: unknown, detail: unknown = null): string {
  const text = JSON.stringify([tool, sorted(args), ...(detail === null ? [] : [sorted(detail)])]);
  return (keyedHash(text) ?? createHash('sha256').update(text).digest()).toString('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

/** The approval of a call that is open or not yet acted upon. Call under the run's lock. */
export async function readCallApproval(tx: Tx, key: StepKey & { call: number }, kind: ApprovalKind): Promise<ApprovalRow | null> {
  const { rows } = await tx.query<ApprovalRow>(
    `select ${COLUMNS} from approvals where tenant_id = $1 and run_id = $2 and step = $3 and attempt = $4 and call = $5 and kind = $6 and used_at is null`,
    [key.tenantId, key.runId, key.step, key.attempt, key.call, kind],
  );
  return rows[0] ?? null;
}

export type NewApproval = { approvalId: string; kind: ApprovalKind; tool: string; args: unknown; detail: unknown; expiresAt: Date; remindAt: Date | null };

export async function insertApproval(tx: Tx, key: StepKey & { call: number }, a: NewApproval): Promise<void> {
  const [hash, detailHash = null] = await putContents(tx, key.tenantId, [JSON.stringify(a.args), ...(a.detail === null ? [] : [JSON.stringify(a.detail)])]);
  await tx.query(
    `insert into approvals (tenant_id, approval_id, run_id, step, attempt, call, kind, tool, digest, args_hash, detail_hash, expires_at, remind_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)`,
    [key.tenantId, a.approvalId, key.runId, key.step, key.attempt, key.call, a.kind, a.tool, approvalDigest(a.tool, a.args, a.detail), hash, detailHash, a.expiresAt, a.remindAt],
  );
  await addRunSeconds(tx, key, secondsUntil(a.expiresAt));
}

export async function readApproval(tx: Tx, tenantId: string, approvalId: string): Promise<ApprovalRow | null> {
  const { rows } = await tx.query<ApprovalRow>(`select ${COLUMNS} from approvals where tenant_id = $1 and approval_id = $2`, [tenantId, approvalId]);
  return rows[0] ?? null;
}

export async function listApprovals(tx: Tx, ref: RunRef): Promise<ApprovalRow[]> {
  const { rows } = await tx.query<ApprovalRow>({ name: 'list-approvals', text: `select ${COLUMNS} from approvals where tenant_id = $1 and run_id = $2 order by approval_id`, values: [ref.tenantId, ref.runId] });
  return rows;
}

export type Decision = { status: 'approved' | 'denied' | 'expired'; decidedBy: string | null; comment?: string | undefined; edited?: { args: unknown; digest: string } };

/** Call under the run's lock, of an approval that is pending. */
export async function decideApproval(tx: Tx, tenantId: string, approvalId: string, d: Decision): Promise<void> {
  const [commentHash] = d.comment === undefined ? [null] : await putContents(tx, tenantId, [d.comment]);
  const [editedHash] = d.edited ? await putContents(tx, tenantId, [JSON.stringify(d.edited.args)]) : [null];
  const { rows } = await tx.query<{ run_id: string; expires_at: Date }>(
    `update approvals set status = $3, decided_by = $4, decided_at = now(), comment_hash = $5, edited_hash = $6, digest = coalesce($7, digest) where tenant_id = $1 and approval_id = $2 and status = 'pending' returning run_id, expires_at`,
    [tenantId, approvalId, d.status, d.decidedBy, commentHash, editedHash, d.edited?.digest ?? null],
  );
  for (const row of rows) await addRunSeconds(tx, { tenantId, runId: row.run_id }, -secondsUntil(row.expires_at));
}

/** Withdraws what an abandoned step asked. Call under the run's lock. */
export async function withdrawApprovals(tx: Tx, ref: RunRef, step: number): Promise<void> {
  const { rows } = await tx.query<{ expires_at: Date }>(
    `update approvals set status = 'withdrawn', decided_at = now() where tenant_id = $1 and run_id = $2 and step = $3 and status = 'pending' returning expires_at`,
    [ref.tenantId, ref.runId, step],
  );
  for (const row of rows) await addRunSeconds(tx, ref, -secondsUntil(row.expires_at));
}

/** What a person is shown beside the arguments; null where nothing. */
export async function readApprovalDetail(tx: Tx, tenantId: string, a: Pick<ApprovalRow, 'detail_hash'>): Promise<unknown> {
  return a.detail_hash ? getJson(tx, tenantId, a.detail_hash) : null;
}

/** The call goes on with the decision. */
export async function useApproval(tx: Tx, tenantId: string, approvalId: string): Promise<void> {
  await tx.query('update approvals set used_at = now() where tenant_id = $1 and approval_id = $2', [tenantId, approvalId]);
}

export async function noteReminded(tx: Tx, tenantId: string, approvalId: string): Promise<void> {
  await tx.query('update approvals set reminded_at = now() where tenant_id = $1 and approval_id = $2', [tenantId, approvalId]);
}

export async function viewApproval(tx: Tx, tenantId: string, r: ApprovalRow): Promise<ApprovalView> {
  return {
    id: r.approval_id, runId: r.run_id, step: r.step, attempt: r.attempt, call: r.call, kind: r.kind, tool: r.tool,
    args: await getJson(tx, tenantId, r.edited_hash ?? r.args_hash),
    detail: await readApprovalDetail(tx, tenantId, r),
    digest: r.digest, edited: r.edited_hash !== null, status: r.status,
    comment: r.comment_hash ? await getContent(tx, tenantId, r.comment_hash) : null,
    decidedBy: r.decided_by, createdAt: r.created_at.toISOString(), expiresAt: r.expires_at.toISOString(),
    remindedAt: r.reminded_at?.toISOString() ?? null, decidedAt: r.decided_at?.toISOString() ?? null,
  };
}
