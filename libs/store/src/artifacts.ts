import type { Evidence, RunRef } from '#contracts';
import { hashOf, putContents } from './contents.js';
import type { Tx } from './pool.js';

export type NewArtifact = { artifactId: string; step: number; kind: string; title: string; content: unknown; evidence: Evidence[]; verified: boolean };

export async function insertArtifact(tx: Tx, ref: RunRef, a: NewArtifact): Promise<void> {
  const bodies = [JSON.stringify(a.content), JSON.stringify(a.evidence)];
  await Promise.all([
    putContents(tx, ref.tenantId, bodies),
    tx.query('insert into artifacts (tenant_id, artifact_id, run_id, step, kind, title, content_hash, evidence_hash, verified) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)', [
      ref.tenantId,
      a.artifactId,
      ref.runId,
      a.step,
      a.kind,
      a.title,
      ...bodies.map((body) => hashOf(ref.tenantId, body)),
      a.verified,
    ]),
  ]);
}
