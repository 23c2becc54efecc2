import type { RunRef } from '#contracts';
import { appendAudit, type ApprovalRow, getJson, insertSignature, readArtifactView, readRun, SIGN_OFF_TOOL, type Tx } from '#store';

/** What a decision leaves beside itself: a signature where it signs, and a line in the audit log of a sensitive run. */
export async function recordDecision(tx: Tx, ref: RunRef, approval: ApprovalRow, granted: boolean, principalId: string): Promise<void> {
  const signs = approval.tool === SIGN_OFF_TOOL && approval.kind === 'call';
  const audited = (await readRun(tx, ref))?.sensitive;
  if (!signs) {
    if (audited) await appendAudit(tx, { tenantId: ref.tenantId, principalId, action: 'approval.decided', runId: ref.runId, subject: approval.approval_id });
    return;
  }
  const { artifactId, digest } = (await getJson(tx, ref.tenantId, approval.args_hash)) as { artifactId: string; digest: string };
  if (granted) {
    const artifact = await readArtifactView(tx, ref.tenantId, artifactId);
    const { model } = (artifact?.content ?? {}) as { model?: { digest?: string | null } | null };
    await insertSignature(tx, { ...ref, artifactId }, { approvalId: approval.approval_id, principalId, textDigest: digest, modelDigest: model?.digest ?? null });
  }
  if (audited) await appendAudit(tx, { tenantId: ref.tenantId, principalId, action: granted ? 'note.signed' : 'note.rejected', runId: ref.runId, subject: artifactId });
}
