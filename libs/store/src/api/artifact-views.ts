import type { ArtifactView, Evidence, RunRef } from '#contracts';
import { getJson } from '../contents.js';
import type { Tx } from '../pool.js';

type Row = { artifact_id: string; run_id: string; step: number; kind: string; title: string; content_hash: Buffer; evidence_hash: Buffer; verified: boolean; created_at: Date };
const COLUMNS = 'artifact_id, run_id, step, kind, title, content_hash, evidence_hash, verified, created_at';

/** What a run has delivered, oldest first, without content. */
export async function listArtifactViews(tx: Tx, ref: RunRef): Promise<ArtifactView[]> {
  const { rows } = await tx.query<Row>({ name: 'list-artifact-views', text: `select ${COLUMNS} from artifacts where tenant_id = $1 and run_id = $2 order by artifact_id`, values: [ref.tenantId, ref.runId] });
  return rows.map(toView);
}

/** An artifact with its content and evidence, or null. */
export async function readArtifactView(tx: Tx, tenantId: string, artifactId: string): Promise<ArtifactView | null> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from artifacts where tenant_id = $1 and artifact_id = $2`, [tenantId, artifactId]);
  const row = rows[0];
  if (!row) return null;
  return { ...toView(row), content: await getJson(tx, tenantId, row.content_hash), evidence: (await getJson(tx, tenantId, row.evidence_hash)) as Evidence[] };
}

function toView(r: Row): ArtifactView {
  return { id: r.artifact_id, runId: r.run_id, step: r.step, kind: r.kind, title: r.title, verified: r.verified, createdAt: r.created_at.toISOString() };
}
