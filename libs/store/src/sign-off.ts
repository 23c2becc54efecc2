import type { AddendumView, RunRef, SignatureView, SignOffView } from '#contracts';
import { type ApprovalRow } from './approvals/index.js';
import { getContent, getJson, putContents } from './contents.js';
import type { Tx } from './pool.js';

/** The tool whose approval signs what its step delivered. */
export const SIGN_OFF_TOOL = 'sign_off';
type ArtifactKey = RunRef & { artifactId: string };

/** The approval that signs an artifact, the newest where a step was tried again; null for an artifact that asks for none. */
export async function readSignOff(tx: Tx, key: ArtifactKey): Promise<{ approval: ApprovalRow; textDigest: string } | null> {
  const { rows } = await tx.query<ApprovalRow>(
    `select p.* from approvals p join artifacts a on a.tenant_id = p.tenant_id and a.run_id = p.run_id and a.step = p.step
     where p.tenant_id = $1 and p.run_id = $2 and a.artifact_id = $3 and p.tool = $4 and p.kind = 'call' order by p.approval_id desc`,
    [key.tenantId, key.runId, key.artifactId, SIGN_OFF_TOOL],
  );
  for (const approval of rows) {
    const { artifactId, digest } = (await getJson(tx, key.tenantId, approval.args_hash)) as { artifactId: string; digest: string };
    if (artifactId === key.artifactId) return { approval, textDigest: digest };
  }
  return null;
}

/** What is signed is kept with what it came from. Call under the run's lock, of an approval that was just granted. */
export async function insertSignature(tx: Tx, key: ArtifactKey, s: { approvalId: string; principalId: string; textDigest: string; modelDigest: string | null }): Promise<void> {
  await tx.query(
    `insert into signatures (tenant_id, artifact_id, run_id, approval_id, principal_id, text_digest, model, model_digest, agent_version, prompt_digest)
     select r.tenant_id, $3, r.run_id, $4, $5, $6, r.model, $7, r.agent_version, (select v.definition->>'promptDigest' from agent_versions v where v.tenant_id = r.tenant_id and v.agent = r.agent and v.version = r.agent_version and v.digest = r.agent_digest)
     from runs r where r.tenant_id = $1 and r.run_id = $2`,
    [key.tenantId, key.runId, key.artifactId, s.approvalId, s.principalId, s.textDigest, s.modelDigest],
  );
}

/** How an artifact's signing stands; null where it needs none. */
export async function viewSignOff(tx: Tx, key: ArtifactKey): Promise<SignOffView | null> {
  const found = await readSignOff(tx, key);
  if (!found) return null;
  const { approval: a, textDigest } = found;
  return {
    status: statusOf(a), digest: textDigest, approvalId: a.approval_id,
    requestedAt: a.created_at.toISOString(), remindedAt: a.reminded_at?.toISOString() ?? null, expiresAt: a.expires_at.toISOString(),
    decidedBy: a.decided_by, decidedAt: a.decided_at?.toISOString() ?? null,
    comment: a.comment_hash ? await getContent(tx, key.tenantId, a.comment_hash) : null,
    signature: await readSignature(tx, key),
    addenda: await listAddenda(tx, key),
  };
}

function statusOf(a: ApprovalRow): SignOffView['status'] {
  if (a.status === 'approved') return 'signed';
  if (a.status === 'denied') return 'rejected';
  if (a.status === 'withdrawn') return 'withdrawn';
  return a.status === 'expired' || a.expires_at.getTime() <= Date.now() ? 'expired' : 'in_review';
}

async function readSignature(tx: Tx, key: ArtifactKey): Promise<SignatureView | null> {
  const { rows } = await tx.query<{ principal_id: string; signed_at: Date; text_digest: string; model: string | null; model_digest: string | null; agent_version: string; prompt_digest: string | null }>(
    'select principal_id, signed_at, text_digest, model, model_digest, agent_version, prompt_digest from signatures where tenant_id = $1 and artifact_id = $2',
    [key.tenantId, key.artifactId],
  );
  const s = rows[0];
  return s ? { signedBy: s.principal_id, signedAt: s.signed_at.toISOString(), textDigest: s.text_digest, model: s.model, modelDigest: s.model_digest, agentVersion: s.agent_version, promptDigest: s.prompt_digest } : null;
}

/** Adds words to a signed artifact. Call under the run's lock. @returns its number. */
export async function insertAddendum(tx: Tx, key: ArtifactKey, text: string, principalId: string): Promise<number> {
  const [hash] = await putContents(tx, key.tenantId, [text]);
  const { rows } = await tx.query<{ n: number }>(
    `insert into addenda (tenant_id, artifact_id, n, run_id, principal_id, body_hash)
     select $1, $2, coalesce(max(n), 0) + 1, $3, $4, $5 from addenda where tenant_id = $1 and artifact_id = $2 returning n`,
    [key.tenantId, key.artifactId, key.runId, principalId, hash],
  );
  return rows[0]!.n;
}

async function listAddenda(tx: Tx, key: ArtifactKey): Promise<AddendumView[]> {
  const { rows } = await tx.query<{ n: number; principal_id: string; body_hash: Buffer; created_at: Date }>('select n, principal_id, body_hash, created_at from addenda where tenant_id = $1 and artifact_id = $2 order by n', [key.tenantId, key.artifactId]);
  const addenda: AddendumView[] = [];
  for (const r of rows) addenda.push({ n: r.n, by: r.principal_id, at: r.created_at.toISOString(), text: await getContent(tx, key.tenantId, r.body_hash) });
  return addenda;
}
